"""Confirmations as files and messages: bytes in, facts and findings out; and the other way."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own word
    """Mark a text where it is written; it is translated where it is shown."""
    return text
