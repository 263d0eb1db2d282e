"""Who was given or lost which right, by whom, and who looked at the rights afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.timezone import localdate
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
from core.delegations import MOMENT
from core.pages.words import reason_said
from reporting.facts import CellKind, Row

#: As the audit trail tells it, whatever the door was.
HELD: Final = """
SELECT a.at, a.action, coalesce(u.username, '#' || a.key), told.role, told.desk_code,
       CASE WHEN a.action = 'INSERT' THEN told.granted_by ELSE a.actor END,
       CASE WHEN a.action = 'INSERT' THEN told.approved_by ELSE '' END, a.reason
  FROM core_auditentry a
 CROSS JOIN LATERAL jsonb_to_record(a.payload::jsonb)
         AS told (role text, desk_code text, granted_by text, approved_by text)
  LEFT JOIN core_user u ON u.id = a.key
 WHERE a."table" = 'core_rolegrant' AND a.action IN ('INSERT', 'DELETE')
   AND a.at >= %(since)s AND a.at < %(until)s
 ORDER BY a.at, a.id
"""
ASKED: Final = """
SELECT u.username, p.role, p.desk_code, p.proposed_by, p.proposed_at, p.state, p.decided_by,
       p.decided_at, p.reason, p.note
  FROM core_roleproposal p JOIN core_user u ON u.id = p.user_id
 WHERE p.proposed_at >= %(since)s AND p.proposed_at < %(until)s
    OR p.decided_at >= %(since)s AND p.decided_at < %(until)s
    OR p.proposed_at < %(until)s AND p.decided_at IS NULL
 ORDER BY p.proposed_at, p.id
"""
ALONE: Final = """
SELECT u.username, g.role, g.desk_code, g.given_by, g.given_at, g.state, g.reviewed_by,
       g.reviewed_at, g.reason, g.note, g.until
  FROM core_lonegrant g JOIN core_user u ON u.id = g.user_id
 WHERE g.given_at >= %(since)s AND g.given_at < %(until)s
    OR g.reviewed_at >= %(since)s AND g.reviewed_at < %(until)s
    OR g.given_at < %(until)s AND g.reviewed_at IS NULL
 ORDER BY g.given_at, g.id
"""
LENT: Final = """
SELECT d.role, d.desk_code, lender.username, delegate.username, d.starts_at, d.ends_at, d.asked_by,
       d.granted_by, d.granted_at, d.withdrawn_by, d.withdrawn_at, d.reason, d.note
  FROM core_delegation d JOIN core_user lender ON lender.id = d.lender_id
  JOIN core_user delegate ON delegate.id = d.delegate_id
 WHERE d.granted_at < %(until)s AND coalesce(d.withdrawn_at, d.ends_at) >= %(since)s
 ORDER BY d.starts_at, d.id
"""
REVIEWS: Final = """
SELECT r.period, r.opened_at, count(w.id), count(w.id) FILTER (WHERE w.state = 'KEPT'),
       count(w.id) FILTER (WHERE w.state = 'WITHDRAWN'),
       count(w.id) FILTER (WHERE w.state = 'OPEN'), r.state, r.signed_by, r.signed_at, r.note
  FROM core_accessreview r LEFT JOIN core_accessreviewrow w ON w.review_id = r.id
 WHERE r.opened_at < %(until)s AND (r.signed_at IS NULL OR r.signed_at >= %(since)s)
 GROUP BY r.id ORDER BY r.opened_at
"""


def parts(span: Span) -> list[Part]:
    """Return the rights that were given, asked for, given by one person alone, lent, reviewed."""
    return [_held(span), _asked(span), _alone(span), _lent(span), _reviews(span)]


def _held(span: Span) -> Part:
    changes = {"INSERT": _("Given"), "DELETE": _("Withdrawn")}
    return Part(
        group=_("Rights"),
        title=_("Roles given and withdrawn"),
        note=_("Of the whole house, as the audit trail tells it."),
        columns=columns(
            moment(_("When")),
            _("Change"),
            _("Person"),
            _("Role"),
            _("Desk"),
            _("By"),
            _("Approved by"),
            long(_("Reason")),
        ),
        rows=lambda: [
            (
                local(at),
                changes[action],
                who,
                word(role),
                desk or _("all"),
                by,
                second,
                reason_said(why),
            )
            for at, action, who, role, desk, by, second, why in asked(HELD, span)
        ],
    )


def _two(title: str, rows: str, second: str, span: Span, *more: tuple[str, CellKind]) -> Part:
    return Part(
        title=title,
        columns=columns(
            _("Person"),
            _("Role"),
            _("Desk"),
            _("By"),
            moment(_("When")),
            _("Status"),
            second,
            moment(_("Decided")),
            long(_("Reason")),
            long(_("Answer")),
            *more,
        ),
        rows=lambda: [
            (
                who,
                word(role),
                desk or _("all"),
                by,
                local(at),
                word(state),
                other,
                local(then),
                why,
                answer,
                *map(local, ends),
            )
            for who, role, desk, by, at, state, other, then, why, answer, *ends in asked(rows, span)
        ],
    )


def _asked(span: Span) -> Part:
    return _two(_("Roles that were asked for"), ASKED, _("Decided by"), span)


def _alone(span: Span) -> Part:
    title, ends = _("Roles given by one person alone"), moment(_("Broken glass ends"))
    return _two(title, ALONE, _("Reviewed by"), span, ends)


def _lent(span: Span) -> Part:
    return Part(
        title=_("Roles lent"),
        note=_("Those that two people agreed on, and that were in force or to come in the period."),
        columns=columns(
            _("Role"),
            _("Desk"),
            _("Stands aside"),
            _("Stands in"),
            day(_("First day")),
            day(_("Last day")),
            _("Asked by"),
            _("Granted by"),
            moment(_("Granted")),
            _("Ended early by"),
            moment(_("Ended")),
            long(_("Reason")),
            long(_("Note")),
        ),
        rows=lambda: _lendings(span),
    )


def _lendings(span: Span) -> Iterator[Row]:
    for role, desk, lender, delegate, starts, ends, *agreed, by, ended, why, note in asked(
        LENT, span
    ):
        asker, granter, at = agreed
        yield (
            word(role),
            desk or _("all"),
            lender,
            delegate,
            localdate(starts),
            localdate(ends - MOMENT),
            asker,
            granter,
            local(at),
            by,
            local(ended),
            why,
            note,
        )


def _reviews(span: Span) -> Part:
    return Part(
        title=_("Access reviews"),
        columns=columns(
            _("Period"),
            moment(_("Opened")),
            count(_("Rights")),
            count(pgettext("count", "Kept")),
            count(pgettext("count", "Withdrawn")),
            count(pgettext("count", "Open")),
            _("Status"),
            _("Signed by"),
            moment(_("Signed")),
            long(_("Note")),
        ),
        rows=lambda: [
            (period, local(opened), *numbers, word(state), by, local(at), note)
            for period, opened, *numbers, state, by, at, note in (
                (row[0], row[1], *row[2:6], *row[6:]) for row in asked(REVIEWS, span)
            )
        ],
    )
