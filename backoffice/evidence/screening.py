"""Sanctions: which lists were loaded, when parties were compared, what became of likenesses."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backoffice.evidence.parts import (
    Part,
    Span,
    asked,
    columns,
    count,
    day,
    local,
    long,
    moment,
    word,
)
from reporting.facts import Row

LISTS: Final = """
SELECT list_code, name, as_of, entries, added, changed, removed, bad_rows, loaded_by, loaded_at
  FROM refdata_listversion WHERE loaded_at >= %(since)s AND loaded_at < %(until)s ORDER BY id
"""
RUNS: Final = """
SELECT id, created_at, ended_at, state, coalesce((counts->>'parties_screened')::int, 0),
       coalesce((counts->>'parties_nameless')::int, 0), coalesce((counts->>'hits_found')::int, 0),
       coalesce((counts->>'hits_ended')::int, 0)
  FROM core_job WHERE kind = 'refdata.screen' AND created_at >= %(since)s AND created_at < %(until)s
 ORDER BY id
"""
HITS: Final = """
SELECT p.code, h.ours, h.theirs, l.list_code, h.score, h.found_at, h.ended_at,
       coalesce(f.state, ''), coalesce(f.proposed_by, ''), coalesce(f.decided_by, ''),
       f.decided_at, f.valid_to, coalesce(f.reason, '')
  FROM refdata_screeninghit h JOIN refdata_party p ON p.id = h.party_id
  JOIN refdata_listedentry l ON l.id = h.entry_id
  LEFT JOIN refdata_falsehit f ON f.hit_id = h.id AND f.proposed_at < %(until)s
 WHERE h.found_at < %(until)s AND (h.ended_at IS NULL OR h.ended_at >= %(since)s)
 ORDER BY h.id, f.id
"""
NEVER: Final = """
SELECT p.code, p.name FROM refdata_party p
 WHERE NOT EXISTS (SELECT FROM refdata_screening s WHERE s.party_id = p.id) ORDER BY p.code
"""


def parts(span: Span) -> list[Part]:
    """Return the lists, the runs, the likenesses with their decisions, who was never compared."""
    return [
        Part(
            group=_("Sanctions"),
            title=_("Lists that were loaded"),
            note=_("Of the whole house."),
            columns=columns(
                _("List"),
                long(_("File")),
                day(_("As of")),
                count(_("Entries")),
                count(pgettext("count", "Added")),
                count(pgettext("count", "Changed")),
                count(pgettext("count", "Removed")),
                count(pgettext("count", "Refused")),
                _("Loaded by"),
                moment(_("Loaded")),
            ),
            rows=lambda: [
                (word(code), name, as_of, *numbers, by, local(at))
                for code, name, as_of, *numbers, by, at in asked(LISTS, span)
            ],
        ),
        Part(
            title=_("Screenings of parties"),
            columns=columns(
                count(_("Job")),
                moment(_("Asked")),
                moment(_("Ended")),
                _("Status"),
                count(_("Parties")),
                count(_("Without name")),
                count(_("Hits found")),
                count(_("Hits ended")),
            ),
            rows=lambda: [
                (job, local(at), local(end), word(state), *numbers)
                for job, at, end, state, *numbers in asked(RUNS, span)
            ],
        ),
        _hits(span),
        Part(
            title=_("Parties that were never compared"),
            note=_("As it stands when this is written."),
            columns=columns(_("Party"), long(_("Name"))),
            rows=lambda: asked(NEVER, span),
        ),
    ]


def _hits(span: Span) -> Part:
    return Part(
        title=_("Parties that may be on a list, and what was decided"),
        columns=columns(
            _("Party"),
            long(_("Our name")),
            long(_("On the list")),
            _("List"),
            count(_("Score")),
            moment(_("Found")),
            moment(_("Ended")),
            _("Decision"),
            _("Proposed by"),
            _("Decided by"),
            moment(_("Decided")),
            day(_("Until")),
            long(_("Reason")),
        ),
        rows=lambda: [_hit(row) for row in asked(HITS, span)],
    )


def _hit(row: tuple[Any, ...]) -> Row:
    party, ours, theirs, code, score, found, ended = row[:7]
    state, by, second, at, until, why = row[7:]
    likeness = (party, ours, theirs, word(code), score, local(found), local(ended))
    return (*likeness, word(state), by, second, local(at), until, why)
