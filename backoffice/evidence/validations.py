"""Who validated what, how soon, and whether anybody checked work of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from backoffice.evidence.parts import (
    Part,
    Span,
    amount,
    asked,
    columns,
    count,
    hours,
    local,
    long,
    moment,
    streamed,
)
from core.pages.words import actor_said
from core.roles import BROKEN_GLASS
from reporting.facts import Row

DECIDED: Final = """
  FROM desk_approval a
  JOIN trades_trade t ON t.id = a.subject_id
  JOIN trades_tradeversion v ON v.trade_id = a.subject_id AND v.version_no = a.version_no
 WHERE a.subject_kind = 'trade' AND a.decided_at >= %(since)s AND a.decided_at < %(until)s
   AND (%(desk)s = '' OR t.desk_code = %(desk)s)
"""
#: Whose right a decision used: who stands in for another uses the other's.
AUTHORITY: Final = (
    f"CASE WHEN a.on_behalf_of IN ('', '{BROKEN_GLASS}') THEN a.checker ELSE a.on_behalf_of END"
)
BY_CHECKER: Final = f"""
SELECT grouping(a.checker), coalesce(a.checker, ''), coalesce(a.on_behalf_of, ''),
       count(*) FILTER (WHERE a.decision = 'APPROVED'),
       count(*) FILTER (WHERE a.decision = 'REFUSED'), count(DISTINCT a.maker),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.decided_at - v.recorded_at))
{DECIDED} GROUP BY GROUPING SETS ((a.checker, a.on_behalf_of), ()) ORDER BY 1, 4 DESC, 2, 3
"""  # noqa: S608 - our own text
BY_PEOPLE: Final = f"""
SELECT people, count(*)
  FROM (SELECT count(DISTINCT {AUTHORITY}) AS people {DECIDED} AND a.decision = 'APPROVED'
         GROUP BY a.subject_id, a.version_no) one
 GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - our own text
#: Whoever decided on something, or on whose behalf, is held against those who made it, as the
#: record of it names them: what the decision itself says of its makers is asked as well. That a
#: version which was amended since had been validated, the trail of its trade tells.
OWN_WORK: Final = f"""
SELECT 'TRADE', t.reference || ' v' || a.version_no, a.checker, a.decided_at
{DECIDED}
   AND ARRAY[a.checker, nullif(a.on_behalf_of, '')]
       && (ARRAY[a.maker, v.maker] || a.contributors || v.contributors)
UNION ALL
SELECT 'TWICE', t.reference || ' v' || a.version_no, string_agg(a.checker, ', ' ORDER BY a.id),
       max(a.decided_at)
{DECIDED} AND a.decision = 'APPROVED'
 GROUP BY t.reference, a.version_no HAVING count(*) > count(DISTINCT {AUTHORITY})
UNION ALL
SELECT 'UNCHECKED', t.reference || ' v' || v.version_no, '', v.recorded_at
  FROM trades_tradeversion v JOIN trades_trade t ON t.id = v.trade_id
 WHERE v.recorded_at >= %(since)s AND v.recorded_at < %(until)s
   AND (%(desk)s = '' OR t.desk_code = %(desk)s)
   AND NOT EXISTS (SELECT FROM desk_approval a WHERE a.subject_kind = 'trade'
          AND a.subject_id = t.id AND a.version_no = v.version_no AND a.decision = 'APPROVED'
          AND a.is_last)
   AND CASE WHEN v.version_no = t.version_no
            THEN t.state = 'VALIDATED' OR t.state = 'CLOSED' AND t.close_reason <> 'CANCELLED'
            ELSE EXISTS (SELECT FROM core_auditentry e
                          WHERE e.entity = 'trade' AND e.key = t.id AND e."table" = 'trades_trade'
                            AND e.action = 'UPDATE'
                            AND e.payload::jsonb #>> '{{version_no,0}}' = v.version_no::text
                            AND e.payload::jsonb #>> '{{state,0}}' = 'VALIDATED') END
UNION ALL
SELECT 'OTHER', subject_kind || ' ' || subject_id, checker, decided_at FROM desk_approval
 WHERE subject_kind <> 'trade' AND decided_at >= %(since)s AND decided_at < %(until)s
   AND ARRAY[checker, nullif(on_behalf_of, '')] && (contributors || maker) AND %(desk)s = ''
UNION ALL
SELECT 'WAIVER', rule_code || ' ' || subject_reference, ended_by, ended_at
  FROM desk_controlexception
 WHERE state = 'WAIVED' AND (severity = 'BLOCKING' OR kind = 'CONDUCT')
   AND ended_by = ANY(contributors) AND ended_at >= %(since)s AND ended_at < %(until)s
   AND (%(desk)s = '' OR desk_code = %(desk)s)
UNION ALL
SELECT 'REQUEST', kind || ' ' || subject_reference, decided_by, decided_at FROM desk_request
 WHERE state = 'GRANTED'
   AND ARRAY[decided_by, nullif(on_behalf_of, '')] && (contributors || asked_by)
   AND decided_at >= %(since)s AND decided_at < %(until)s
   AND (%(desk)s = '' OR desk_code = %(desk)s)
UNION ALL
SELECT 'SETTING', code, decided_by, decided_at FROM desk_controlrule
 WHERE decided_by = proposed_by AND decided_at >= %(since)s AND decided_at < %(until)s
UNION ALL
SELECT 'ROLE', role || ' ' || desk_code, decided_by, decided_at
  FROM core_roleproposal p JOIN core_user u ON u.id = p.user_id
 WHERE (decided_by = proposed_by OR state = 'APPROVED' AND decided_by = u.username)
   AND decided_at >= %(since)s AND decided_at < %(until)s
UNION ALL
SELECT 'FALSE_HIT', id::text, decided_by, decided_at FROM refdata_falsehit
 WHERE decided_by = proposed_by AND decided_at >= %(since)s AND decided_at < %(until)s
 ORDER BY 4, 1, 2
"""  # noqa: S608 - our own text
ABOUT: Final = {
    "TRADE": gettext_lazy("A trade decided on by, or on behalf of, somebody who had made it"),
    "TWICE": gettext_lazy("A trade validated twice on the right of one person"),
    "UNCHECKED": gettext_lazy("A trade validated that nobody decided on"),
    "OTHER": gettext_lazy("A cancellation or an allocation decided on by who asked for it"),
    "WAIVER": gettext_lazy("An exception let pass by somebody who had made what it is about"),
    "REQUEST": gettext_lazy("A request granted by who asked, or gains by it"),
    "SETTING": gettext_lazy("A change of a rule decided on by who asked for it"),
    "ROLE": gettext_lazy("A role decided on by who asked for it, or holds it"),
    "FALSE_HIT": gettext_lazy("A false hit decided on by who proposed it"),
}


@dataclass(frozen=True, slots=True)
class Decisions:
    """The sums of the span: a row for each person and for whom he acted, and one of all."""

    rows: list[tuple[Any, ...]]
    own_work: int

    @property
    def approved(self) -> int:
        return sum(row[3] for row in self.rows if row[0])

    @property
    def people(self) -> int:
        return len({row[1] for row in self.rows if not row[0]})


def decisions_of(span: Span) -> Decisions:
    """Sum up the decisions of the span, and count what nobody else checked."""
    count_ = f"SELECT count(*) FROM ({OWN_WORK}) found"  # noqa: S608 - our own text
    return Decisions(asked(BY_CHECKER, span), int(asked(count_, span)[0][0]))


def parts(span: Span, found: Decisions) -> list[Part]:
    """Return who decided on trades, and whoever decided on what they had made."""
    return [
        Part(
            group=_("Four eyes"),
            title=_("Decisions on trades, by person"),
            note=_("Hours: the median from the moment the version was recorded to its decision."),
            columns=columns(
                _("Person"),
                count(pgettext("count", "Validated")),
                count(pgettext("count", "Refused")),
                count(_("Makers")),
                amount(pgettext("count", "Hours")),
            ),
            rows=lambda: [
                (
                    _("In all") if total else actor_said(who, behalf),
                    approved,
                    refused,
                    makers,
                    hours(seconds),
                )
                for total, who, behalf, approved, refused, makers, seconds in found.rows
                if approved + refused
            ],
        ),
        Part(
            title=_("By how many people a version was validated"),
            note=_("Who stands in for somebody, and that person, count as one."),
            columns=columns(count(_("People")), count(_("Versions"))),
            rows=lambda: asked(BY_PEOPLE, span),
        ),
        Part(
            title=_("Whoever checked work of their own"),
            note=_(
                "Asked of every decision of the period on a trade, its cancellation or allocation, "
                "a waiver, a request, a change of a rule, a role and a false hit, and of whoever "
                "it was made for. It must be empty."
            ),
            columns=columns(long(_("What")), _("About"), _("Who"), moment(_("When"))),
            rows=lambda: _own_work(span),
        ),
    ]


def _own_work(span: Span) -> Iterator[Row]:
    for what, about, who, at in streamed(OWN_WORK, span):
        yield str(ABOUT[what]), about, who, local(at)
