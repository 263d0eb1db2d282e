"""Sign-in, sessions, content security policy and production secrets."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from backoffice.launcher import environment as env

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

AXES_FAILURE_LIMIT = env.number("SIGN_IN_ATTEMPTS", 5)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

SECRET_KEY_LENGTH_MIN = 50
SECRET_KEY_VARIETY_MIN = 12


def production_secret_key() -> str:
    """SECRET_KEY from the environment; refuses to start with a missing or guessable one."""
    key = env.text("SECRET_KEY")
    weak = len(key) < SECRET_KEY_LENGTH_MIN or len(set(key)) < SECRET_KEY_VARIETY_MIN
    if weak or key.startswith(("django-insecure-", "change")):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing or weak: give at least 50 random characters, for example "
            "from `python3 -c 'import secrets; print(secrets.token_urlsafe(64))'`"
        )
    return key


def refuse_unfit_production() -> None:
    """Refuse what belongs to a demo: its database, its accounts, an unnamed host."""
    if not env.text("DATABASE_URL") and not env.flag("ALLOW_EMBEDDED"):
        raise ImproperlyConfigured(
            "DATABASE_URL is missing: the embedded database is for development and demo"
        )
    if env.flag("DEMO"):
        raise ImproperlyConfigured("DEMO=1 opens accounts with a known password: not here")
    if env.flag("WEBHOOK_ALLOWED_PRIVATE"):
        raise ImproperlyConfigured(
            "WEBHOOK_ALLOWED_PRIVATE=1 lets webhooks reach this network: not here"
        )
    if not env.words("ALLOWED_HOSTS"):
        raise ImproperlyConfigured("ALLOWED_HOSTS is missing: name the hosts of the pages")
