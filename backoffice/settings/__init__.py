"""Settings from the environment (`.env.example` lists them).

APP_ENV is `production` unless said otherwise: a process that was configured badly fails closed.
`manage.py` says `local` for the embedded servers; pytest has its own throw-away cluster.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from backoffice.launcher import environment as env
from backoffice.launcher import places, provisioning
from backoffice.settings import databases as _databases
from backoffice.settings.pages import *  # noqa: F403 - settings are one flat name space
from backoffice.settings.security import *  # noqa: F403 - settings are one flat name space
from backoffice.settings.security import production_secret_key, refuse_unfit_production
from backoffice.settings.work import *  # noqa: F403 - settings are one flat name space

BASE_DIR = places.ROOT
TESTING = "pytest" in sys.modules
APP_ENV = "local" if TESTING else env.text("APP_ENV", "production")
PRODUCTION = APP_ENV != "local"
DATA_DIR = places.test_dir() if TESTING else places.data_dir()
_place = places.Place(DATA_DIR)

DEBUG = env.flag("DEBUG") and not PRODUCTION
DEMO = env.flag("DEMO", default=not PRODUCTION and not env.text("DATABASE_URL"))
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
if PRODUCTION:
    refuse_unfit_production()
    SECRET_KEY = production_secret_key()
elif TESTING:
    SECRET_KEY = "tests only: " + "k" * 50
else:
    SECRET_KEY = env.text("SECRET_KEY") or provisioning.secret(_place.secrets, "secret_key")

ROOMS = [
    *("core", "desk", "feeds", "refdata", "trades", "settlement", "conduct", "reconciliation"),
    *("reporting", "backoffice"),
]
INSTALLED_APPS = [
    *ROOMS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_tables2",
    "django_htmx",
    "axes",
    "csp",
    "django_linear_migrations",
    "django_migration_linter",
]
AUTH_USER_MODEL = "core.User"
ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE = [
    "backoffice.health.HealthMiddleware",
    "backoffice.metering.MeterMiddleware",
    "core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.ContentPolicyMiddleware",
    "core.api.middleware.ApiProblemMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "core.middleware.BodyLimitMiddleware",
    "core.middleware.ReadableMiddleware",
    "django.middleware.common.CommonMiddleware",
    "core.api.middleware.TokenMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.ActorMiddleware",
    "core.pages.preferences.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

DATABASES = _databases.databases(_place, testing=TESTING)
DATABASE_ROLES = _databases.role_names(DATABASES["default"]["NAME"])
CELERY_BROKER_URL, REDIS_URL = _databases.broker(_place)
CACHES: dict[str, dict[str, Any]]
if TESTING:
    CELERY_BROKER_URL = "memory://"
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    AXES_ENABLED = False
    WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
    RING_DOORBELL = False
    JOB_BACK_OFF_FACTOR = 0
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "core.cache.ForgetfulRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
ANCHOR_DIR = Path(env.text("ANCHOR_DIR") or DATA_DIR / "anchors")
FILES_DIR = Path(env.text("FILES_DIR") or DATA_DIR / "files")
HOST, PORT = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000)
DROP_DIR = Path(env.text("DROP_DIR") or DATA_DIR / "drop")
CONFIRMATION_DIR = Path(env.text("CONFIRMATION_DIR") or DATA_DIR / "confirmations")
DROP_QUIET_SECONDS = env.number("DROP_QUIET_SECONDS", 10)
METRICS_TOKEN = env.text("METRICS_TOKEN")
REPORT_SCHEMA_DIR = env.text("REPORT_SCHEMA_DIR")
FIX_HOST = env.text("FIX_HOST", "127.0.0.1")
FIX_PORT = env.number("FIX_PORT", 9878)
FIX_DICTIONARY_DIR = env.text("FIX_DICTIONARY_DIR")

if PRODUCTION:
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
