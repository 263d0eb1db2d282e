"""What is asked of the database as a whole: does it keep its promises, is its trail untouched?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.utils.translation import gettext as _

from backoffice import promises
from backoffice.evidence.parts import Part, columns, count, long
from backoffice.promises import PROMISES
from core import verification
from core.pages import formats

PROMISES_PRINTED: Final = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """The promises that are broken, with the rows that break them; or why they were not asked."""

    broken: dict[str, list[str]]
    not_asked: str = ""

    @property
    def is_well(self) -> bool:
        return not self.broken and not self.not_asked


def ask_promises() -> Kept:
    """Ask each promise that holds at any moment, as the role that may read everything."""
    try:
        found = promises.broken_as_read_by_backup()
    except (Error, ImproperlyConfigured) as failed:
        said = str(failed).strip() or type(failed).__name__
        return Kept({}, not_asked=said.splitlines()[0])
    return Kept({promise.code: rows for promise, rows in found})


def parts(kept: Kept, trail: verification.Verdict) -> list[Part]:
    """Return each promise with what breaks it, and what is wrong with the trail of the period."""
    return [_promises(kept), _trail(trail)]


def _promises(kept: Kept) -> Part:
    def told(code: str) -> str:
        if kept.not_asked:
            return _("not asked")
        return _("broken") if code in kept.broken else _("holds")

    note = _("Asked of the whole database when this was written, by a role that changes nothing.")
    if kept.not_asked:
        note = _("They could not be asked: %(why)s") % {"why": kept.not_asked}
    return Part(
        group=_("The database as a whole"),
        title=_("What the product promises"),
        note=note,
        columns=columns(_("Code"), long(_("Promise")), _("Answer"), long(_("Broken by"))),
        rows=lambda: [
            (one.code, _(one.text), told(one.code), "; ".join(kept.broken.get(one.code, [])))
            for one in PROMISES
            if not one.settled
        ],
        printed=PROMISES_PRINTED,
    )


def is_anchored(trail: verification.Verdict) -> bool:
    """Say whether anything outside the database could show that the end of a chain was removed."""
    return bool(trail.anchors) or not trail.entries


def _compared(trail: verification.Verdict) -> str:
    told = _(
        "%(entries)s entries in %(chains)s chains were recomputed; anchors outside the database"
        " that they were compared with: %(anchors)s."
    ) % {
        "entries": formats.integer(trail.entries),
        "chains": formats.integer(trail.chains),
        "anchors": formats.integer(trail.anchors),
    }
    if is_anchored(trail):
        return told
    unseen = _("Without an anchor the removed end of a chain cannot be seen.")
    return f"{told} {unseen}"


def _trail(trail: verification.Verdict) -> Part:
    return Part(
        title=_("Audit trail of the period"),
        note=_compared(trail),
        columns=columns(_("Chain"), count(_("Entry")), _("Kind"), long(_("What is wrong"))),
        rows=lambda: [(one.chain, one.seq, one.kind, one.detail) for one in trail.problems],
    )
