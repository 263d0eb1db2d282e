"""Was every version of a trade judged, with which rule book, and if not, why not?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.evidence.parts import (
    Part,
    Span,
    asked,
    columns,
    count,
    local,
    long,
    moment,
    streamed,
    word,
)
from reporting.facts import Row

JUDGED: Final = "JUDGED"
CANCELLATION: Final = "CANCELLATION"
WHY_NOT: Final = {
    CANCELLATION: gettext_lazy("It cancels its trade: there is nothing left to judge."),
    "NOT_NAMED": gettext_lazy("Recorded while control runs did not yet name what they judged."),
    "REPLACED": gettext_lazy("A later version replaced it before the control ran."),
    "OVER": gettext_lazy("Its trade was cancelled or refused before the control ran."),
    "WAITING": gettext_lazy("Its control had not run when this was written."),
}
"""Reasons that explain, in the order in which they are asked for."""
UNEXPLAINED: Final = {
    "APPROVED": gettext_lazy("It was validated, and no control run names it: to be looked into."),
    "OVERDUE": gettext_lazy("Its control did not run for more than a day: to be looked into."),
    "UNKNOWN": gettext_lazy("No reason is known: to be looked into."),
}
"""What explains nothing."""
SAID: Final = WHY_NOT | UNEXPLAINED
#: Versions of the span beside the last run that named them, in one reading: sums first, then what
#: was left out, one by one. A run bears the moment at which its act began, a version that of its
#: transaction: what is judged as it is captured may seem earlier. Runs are unfolded up to a month
#: after the span, not up to today.
COVERED: Final = """
WITH told AS (
  SELECT v.trade_id, v.version_no, v.action, v.recorded_at, t.reference, t.state, t.close_reason,
         t.version_no AS current_no
    FROM trades_tradeversion v JOIN trades_trade t ON t.id = v.trade_id
   WHERE v.recorded_at >= %(since)s AND v.recorded_at < %(until)s
     AND (%(desk)s = '' OR t.desk_code = %(desk)s)
), judged AS (
  SELECT one.trade_id, one.version_no, max(run.id) AS run_id
    FROM desk_controlrun run,
         unnest(run.subject_ids, run.version_nos) AS one (trade_id, version_no)
   WHERE run.ended_at >= %(since)s - interval '1 hour'
     AND run.ended_at < %(until)s + interval '31 days'
   GROUP BY 1, 2
), outcomes AS MATERIALIZED (
  SELECT told.*, coalesce(run.rule_set, '') AS rule_set, run.ended_at AS judged_at,
         CASE WHEN run.id IS NOT NULL THEN 'JUDGED'
              WHEN told.recorded_at <= (SELECT max(ended_at) FROM desk_controlrun
                                         WHERE subject_ids IS NULL AND judged > 0) THEN 'NOT_NAMED'
              WHEN EXISTS (SELECT FROM desk_approval a
                            WHERE a.subject_kind = 'trade' AND a.subject_id = told.trade_id
                              AND a.version_no = told.version_no AND a.decision = 'APPROVED')
                THEN 'APPROVED'
              WHEN told.action = 'CANCEL' THEN 'CANCELLATION'
              WHEN told.version_no < told.current_no THEN 'REPLACED'
              WHEN told.state = 'REJECTED' OR told.close_reason = 'CANCELLED' THEN 'OVER'
              WHEN told.state NOT IN ('RECEIVED', 'ENRICHED') THEN 'UNKNOWN'
              WHEN told.recorded_at > %(at)s - interval '1 day' THEN 'WAITING'
              ELSE 'OVERDUE' END AS outcome
    FROM told
    LEFT JOIN judged ON judged.trade_id = told.trade_id AND judged.version_no = told.version_no
    LEFT JOIN desk_controlrun run ON run.id = judged.run_id
)
SELECT outcome, rule_set, n, first, last, reference, version_no, action, state
  FROM (SELECT outcome, rule_set, count(*) AS n, min(judged_at) AS first, max(judged_at) AS last,
               NULL AS reference, NULL::int AS version_no, NULL AS action, NULL AS state
          FROM outcomes GROUP BY 1, 2
         UNION ALL
        (SELECT outcome, rule_set, 1, recorded_at, NULL, reference, version_no, action, state
           FROM outcomes WHERE outcome NOT IN ('JUDGED', 'CANCELLATION')
          ORDER BY recorded_at, trade_id, version_no LIMIT %(rows)s)) found
 ORDER BY reference IS NOT NULL, first NULLS LAST, outcome, rule_set, reference, version_no
"""
RUNS: Final = """
SELECT count(*), coalesce(sum(judged), 0), coalesce(sum(clean), 0)
  FROM desk_controlrun WHERE ended_at >= %(since)s AND ended_at < %(until)s
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many versions there are, how many were judged, and by which book; why others were not."""

    books: list[tuple[str, int, datetime, datetime]]
    why_not: dict[str, int]
    left_out: list[tuple[str, int, str, datetime, str, str]]
    runs: int
    judgements: int
    clean: int

    @property
    def judged(self) -> int:
        return sum(n for _book, n, _first, _last in self.books)

    @property
    def versions(self) -> int:
        return self.judged + sum(self.why_not.values())

    @property
    def unexplained(self) -> int:
        return sum(self.why_not.get(code, 0) for code in UNEXPLAINED)


def coverage_of(span: Span) -> Coverage:
    """Hold the versions of the span against what the runs say that they judged."""
    runs, judgements, clean = asked(RUNS, span)[0]
    found = Coverage([], {}, [], runs, int(judgements), int(clean))
    for outcome, rule_set, n, first, last, reference, version, action, state in streamed(
        COVERED, span
    ):
        if reference is not None:  # a few words for very many rows: each is kept once
            told = (intern(action), first, intern(state), intern(outcome))
            found.left_out.append((reference, version, *told))
        elif outcome == JUDGED:
            found.books.append((rule_set, n, first, last))
        else:
            found.why_not[outcome] = n
    return found


def parts(found: Coverage) -> list[Part]:
    """Return how the versions were judged, and those that were not."""
    return [
        Part(
            group=_("Coverage"),
            title=_("Versions of trades by the rule book that judged them"),
            note=_(
                "Each version that was recorded in the period, by the last control run that names "
                "it, up to 31 days after the period. The fingerprint is that of the rules with "
                "their numbers."
            ),
            columns=columns(
                _("Rule book (fingerprint)"),
                count(_("Versions")),
                moment(_("First judged")),
                moment(_("Last judged")),
            ),
            rows=lambda: [(book, n, local(a), local(b)) for book, n, a, b in found.books],
        ),
        Part(
            title=_("Versions that no control run names"),
            columns=columns(_("Reason"), count(_("Versions"))),
            rows=lambda: [
                (str(said), found.why_not[code])
                for code, said in SAID.items()
                if code in found.why_not
            ],
        ),
        Part(
            title=_("Versions that were not judged, one by one"),
            note=_("Without those that cancel their trade."),
            columns=columns(
                _("Trade"),
                count(_("Version")),
                _("Action"),
                moment(_("Recorded")),
                _("State of the trade"),
                long(_("Reason")),
            ),
            rows=lambda: _left_out(found),
        ),
    ]


def _left_out(found: Coverage) -> Iterator[Row]:
    for reference, version, action, recorded_at, state, outcome in found.left_out:
        at = local(recorded_at)
        yield reference, version, word(action), at, word(state), str(SAID[outcome])
