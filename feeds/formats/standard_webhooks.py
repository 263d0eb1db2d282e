"""Signatures as https://www.standardwebhooks.com has them: HMAC-SHA256 over id, moment and body."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
VERSION: Final = "v1"


def written(secret: bytes) -> str:
    """Return a secret as its receiver is told it."""
    return PREFIX + b64encode(secret).decode()


def read(secret: str) -> bytes:
    """Return the bytes of a secret as it is written."""
    return b64decode(secret.removeprefix(PREFIX))


def signature(secret: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,…` for one secret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return f"{VERSION},{b64encode(digest).decode()}"


def headers(
    secrets: Iterable[bytes], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers; while a secret is being replaced both signatures are there."""
    signatures = [
        signature(secret, message_id=message_id, timestamp=timestamp, body=body)
        for secret in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
