"""Templates, languages, static files, tables and the REST defaults."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor

from backoffice.launcher import environment as env
from backoffice.launcher import places

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [places.ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.pages.preferences.furniture",
                "backoffice.navigation.navigation",
            ],
        },
    },
]
LANGUAGE_CODE = env.language()
LANGUAGES = list(env.LANGUAGES.items())
LOCALE_PATHS = [places.ROOT / "locale" / room for room in places.PACKAGES[1:]]
TIME_ZONE = env.time_zone()
USE_I18N = True
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = places.ROOT / "staticfiles"
STATICFILES_DIRS = [places.ROOT / "static"]
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
DJANGO_TABLES2_TEMPLATE = "core/table.html"
CAUSE_PLACES = "backoffice.causes.places_of"
TRADE_PANELS = "backoffice.trade_panels.panels"

API_RATE = env.rate("API_RATE")
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.StrictJsonParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttles.ClientThrottle"],
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Dénouement",
    "DESCRIPTION": "Post-trade back office",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.openapi.require_bodies",
    ],
    "ENUM_NAME_OVERRIDES": {
        "TradeState": "trades.states.TradeState",
        "ExceptionState": "desk.states.ExceptionState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
