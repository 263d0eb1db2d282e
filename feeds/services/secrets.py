"""Secrets of webhooks: derived, never kept.

A secret is HMAC-SHA256 of a random salt under the SECRET_KEY of the installation: whoever has the
database alone cannot sign. A new SECRET_KEY makes new secrets; the print that is kept tells, and
such a webhook asks for a new secret instead of signing what nobody can check.
"""

from __future__ import annotations

import hashlib
import hmac
from secrets import token_hex
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from feeds.models import WebhookEndpoint
from kernel.findings import Refusal

PURPOSE: Final = b"denouement webhook v1\n"


class SecretLost(Refusal):
    """The secret can no longer be derived: the key of the installation is another one."""

    code = "WEBHOOK_SECRET_LOST"


def fresh_salt() -> str:
    """Return a new salt."""
    return token_hex(32)


def secret_of(salt: str) -> bytes:
    """Return the secret that follows from a salt."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, PURPOSE + salt.encode(), hashlib.sha256).digest()


def print_of(secret: bytes) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret).hexdigest()


def require_secret(endpoint: WebhookEndpoint) -> bytes:
    """Return the secret that the receiver was told. Raises SecretLost."""
    secret = secret_of(endpoint.salt)
    if print_of(secret) != endpoint.secret_print:
        raise SecretLost(_("The secret follows from another SECRET_KEY: make a new one"))
    return secret
