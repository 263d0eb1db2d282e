"""One table of addresses: each room brings its own pages and its own API."""

from __future__ import annotations

import importlib.util
from typing import Final

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import core.api.openapi  # noqa: F401 - lets the API description know our tokens
from core.views.account import AdminPassword, AdminSignIn

#: prefix → URL modules, in order; a room without pages yet has no module. What programs call most
#: is found first.
ROOMS: Final = (
    ("api/v1/", "trades.api.urls"),
    ("api/v1/", "core.api.urls"),
    ("api/v1/", "refdata.api.urls"),
    ("api/v1/", "settlement.api.urls"),
    ("api/v1/", "reconciliation.api.urls"),
    ("api/v1/", "reporting.api.urls"),
    ("", "backoffice.pages.urls"),
    ("", "core.urls"),
    ("work/", "desk.urls"),
    ("rights/", "desk.views.rights_urls"),
    ("webhooks/", "feeds.urls"),
    ("refdata/", "refdata.urls"),
    ("trades/rules/", "trades.views.rule_urls"),
    ("trades/", "trades.urls"),
    ("validation/", "trades.views.validation_urls"),
    ("confirmations/", "settlement.urls"),
    ("conduct/", "conduct.urls"),
    ("reconciliation/", "reconciliation.urls"),
    ("reporting/", "reporting.urls"),
)

admin.site.site_header = admin.site.site_title = "Dénouement"
admin.site.index_title = _("Administration")


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/login/", AdminSignIn.as_view(), name="admin_sign_in"),
    path("admin/password_change/", AdminPassword.as_view(), name="admin_password"),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    *(path(prefix, include(module)) for prefix, module in ROOMS if _exists(module)),
]
