"""How people dealt: which days were watched, what was found, what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

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
    streamed,
    word,
)
from core.pages.words import stored_sentence
from reporting.facts import Row

WATCHED: Final = """
SELECT w.day, w.ended_at, w.traders, w.parties, w.trades,
       (SELECT coalesce(sum(said.value::int), 0) FROM jsonb_each_text(w.hits) said)
  FROM (SELECT DISTINCT ON (day) * FROM conduct_watch
         WHERE day >= %(first)s AND day <= %(last)s AND ended_at < %(until)s
         ORDER BY day, id DESC) w
UNION ALL
SELECT dealt.day, NULL, NULL, NULL, dealt.trades::int, NULL
  FROM (SELECT trade_date AS day, sum(trades) AS trades FROM trades_tally
         WHERE trade_date >= %(first)s AND trade_date <= %(last)s
         GROUP BY 1 HAVING sum(trades) <> 0) dealt
 WHERE NOT EXISTS (SELECT FROM conduct_watch w WHERE w.day = dealt.day AND w.ended_at < %(until)s)
 ORDER BY 1
"""
FOUND: Final = """
SELECT rule_code, subject_reference, desk_code, day, severity, state, raised_at, ended_at, ended_by,
       message, field, expected, found, reason
  FROM desk_controlexception
 WHERE kind = 'CONDUCT' AND raised_at < %(until)s AND (ended_at IS NULL OR ended_at >= %(since)s)
   AND (%(desk)s = '' OR desk_code = %(desk)s)
 ORDER BY raised_at, id
"""


def parts(span: Span) -> list[Part]:
    """Return the days that were watched or not, and the findings."""
    return [
        Part(
            group=_("Conduct"),
            title=_("Days on which the conduct of traders was watched"),
            note=_("A day without a watch is one that nobody has watched yet."),
            columns=columns(
                day(_("Day")),
                moment(_("Watched")),
                count(_("Traders")),
                count(_("Parties")),
                count(_("Trades")),
                count(_("Findings")),
            ),
            rows=lambda: [(on, local(at), *numbers) for on, at, *numbers in asked(WATCHED, span)],
            printed=100,
        ),
        Part(
            title=_("Findings about conduct"),
            note=_("For the eyes of those who may read the audit trail."),
            columns=columns(
                _("Rule"),
                _("About"),
                _("Desk"),
                day(_("Day")),
                _("Severity"),
                _("Status"),
                moment(_("Ended")),
                _("Ended by"),
                long(_("Says")),
                long(_("Reason")),
            ),
            rows=lambda: _findings(span),
        ),
    ]


def _findings(span: Span) -> Iterator[Row]:
    for row in streamed(FOUND, span):
        rule, about, desk, on, severity, state, _raised, ended, by = row[:9]
        message, field, expected, found, why = row[9:]
        said = stored_sentence(message, field=field, expected=expected, found=found)
        yield rule, about, desk, on, word(severity), word(state), local(ended), by, said, why
