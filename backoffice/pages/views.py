"""The business day: the home page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core.pages import PageView


class BusinessDay(PageView):
    title = _("Business day")
    template_name = "backoffice/business_day.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render({})
