"""The only body that REST views read: strict JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from core.api import strict_json
from kernel.findings import Refusal

BODY_BYTES_MAX: Final = 1024 * 1024


class BodyTooLarge(Refusal):
    """The body is larger than this address accepts."""

    code = "BODY_TOO_LARGE"
    status = 413


class StrictJsonParser(BaseParser):
    """Reads at most `API_BODY_BYTES_MAX` (1 MiB) and refuses what JSON should not contain."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - any JSON value
        return strict_json.loads(read_limited(stream))


def read_limited(stream: IO[bytes], bytes_max: int = 0) -> bytes:
    """Read a body up to the limit; raises BodyTooLarge without reading the rest."""
    limit = bytes_max or getattr(settings, "API_BODY_BYTES_MAX", BODY_BYTES_MAX)
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise BodyTooLarge(_("The body is larger than %(limit)s bytes") % {"limit": limit})
    return content
