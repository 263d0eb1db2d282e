"""The reasons that people give: seen by others, and no longer than what keeps them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext

from core.text import visible
from kernel.findings import Refusal

LENGTH_MAX: Final = 500


class ReasonTooLong(Refusal):
    """A reason, or a note, has more characters than are kept."""

    code = "REASON_TOO_LONG"


def reason_of(value: str, *, most: int = LENGTH_MAX) -> str:
    """Return what a person wrote, as `visible` does. Raises ReasonTooLong past `most`."""
    written = visible(value)
    if len(written) > most:
        raise ReasonTooLong(
            gettext("This has %(found)s characters: %(most)s at most.")
            % {"found": len(written), "most": most}
        )
    return written
