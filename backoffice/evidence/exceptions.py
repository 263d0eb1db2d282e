"""Exceptions: raised, ended and open, how old; who let what pass; what was asked of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backoffice.evidence.parts import (
    Part,
    Span,
    asked,
    columns,
    count,
    local,
    long,
    moment,
    names,
    streamed,
    word,
)
from core.pages.words import stored_sentence
from reporting.facts import Row

OF_DESK: Final = "(%(desk)s = '' OR desk_code = %(desk)s)"
THERE: Final = (
    f"raised_at < %(until)s AND (ended_at IS NULL OR ended_at >= %(since)s) AND {OF_DESK}"
)
OPEN: Final = "(ended_at IS NULL OR ended_at >= %(until)s)"
ENDED: Final = "ended_at >= %(since)s AND ended_at < %(until)s"
COUNTED: Final = f"""
SELECT kind, severity,
       count(*) FILTER (WHERE raised_at < %(since)s),
       count(*) FILTER (WHERE raised_at >= %(since)s),
       count(*) FILTER (WHERE {ENDED} AND state = 'RESOLVED'),
       count(*) FILTER (WHERE {ENDED} AND state = 'WAIVED'),
       count(*) FILTER (WHERE {ENDED} AND state = 'CLOSED'),
       count(*) FILTER (WHERE {OPEN})
  FROM desk_controlexception WHERE {THERE} AND kind <> 'CONDUCT'
 GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 - our own text
AGED: Final = f"""
SELECT severity,
       count(*) FILTER (WHERE age < interval '1 day'),
       count(*) FILTER (WHERE age >= interval '1 day' AND age < interval '5 days'),
       count(*) FILTER (WHERE age >= interval '5 days' AND age < interval '20 days'),
       count(*) FILTER (WHERE age >= interval '20 days'), count(*)
  FROM (SELECT severity, %(until)s - raised_at AS age FROM desk_controlexception
         WHERE {THERE} AND {OPEN} AND kind <> 'CONDUCT' AND severity <> 'INFO') open_
 GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - our own text
EACH: Final = f"""
SELECT rule_code, subject_reference, severity, state, raised_at, ended_at, ended_by, message, field,
       expected, found, reason
  FROM desk_controlexception
 WHERE {THERE} AND kind <> 'CONDUCT' AND severity <> 'INFO' ORDER BY raised_at, id
"""  # noqa: S608 - our own text
WAIVED: Final = f"""
SELECT e.rule_code, e.subject_reference, e.severity, e.contributors, coalesce(r.asked_by, ''),
       e.ended_by, e.ended_at, e.reason
  FROM (SELECT * FROM desk_controlexception
         WHERE {ENDED} AND state = 'WAIVED' AND {OF_DESK}) e
  LEFT JOIN desk_request r ON r.subject_kind = 'exception' AND r.subject_id = e.id
   AND r.kind IN ('WAIVER', 'CONDUCT_WAIVER') AND r.state = 'GRANTED'
 ORDER BY e.ended_at, e.id
"""  # noqa: S608 - our own text
LET_PASS: Final = f"""
SELECT count(*) FROM desk_controlexception WHERE {ENDED} AND state = 'WAIVED' AND {OF_DESK}
"""  # noqa: S608 - our own text
REQUESTS: Final = f"""
SELECT kind, subject_reference, asked_by, asked_at, state, decided_by, decided_at, reason, note
  FROM desk_request
 WHERE (asked_at >= %(since)s AND asked_at < %(until)s
        OR decided_at >= %(since)s AND decided_at < %(until)s
        OR asked_at < %(until)s AND decided_at IS NULL) AND {OF_DESK}
 ORDER BY asked_at, id
"""  # noqa: S608 - our own text


def waivers_in(span: Span) -> int:
    """Return how many exceptions were let pass."""
    return int(asked(LET_PASS, span)[0][0])


def parts(span: Span) -> list[Part]:
    """Return what was raised and became of it, the waivers and the requests."""
    return [_counted(span), _aged(span), _each(span), _waivers(span), _requests(span)]


def _counted(span: Span) -> Part:
    return Part(
        group=_("Exceptions"),
        title=_("Exceptions by kind and severity"),
        note=_("Gone: what they were about was cancelled, refused or replaced."),
        columns=columns(
            _("Kind"),
            _("Severity"),
            count(_("Open before")),
            count(pgettext("count", "Raised")),
            count(pgettext("count", "Repaired")),
            count(pgettext("count", "Waived")),
            count(pgettext("count", "Gone")),
            count(_("Open at the end")),
        ),
        rows=lambda: [
            (word(kind), word(severity), *numbers)
            for kind, severity, *numbers in asked(COUNTED, span)
        ],
    )


def _aged(span: Span) -> Part:
    return Part(
        title=_("Open at the end, by age"),
        columns=columns(
            _("Severity"),
            count(_("under 1 day")),
            count(_("1 to 5 days")),
            count(_("5 to 20 days")),
            count(_("20 days and more")),
            count(_("In all")),
        ),
        rows=lambda: [(word(severity), *rest) for severity, *rest in asked(AGED, span)],
    )


def _each(span: Span) -> Part:
    return Part(
        title=_("Exceptions one by one"),
        note=_("Those that were open at any time of the period, without information."),
        columns=columns(
            _("Rule"),
            _("Reference"),
            _("Severity"),
            _("Status"),
            moment(_("Raised")),
            moment(_("Ended")),
            _("Ended by"),
            long(_("Says")),
            long(_("Reason")),
        ),
        rows=lambda: _exceptions(span),
    )


def _exceptions(span: Span) -> Iterator[Row]:
    for row in streamed(EACH, span):
        (
            rule,
            reference,
            severity,
            state,
            raised,
            ended,
            by,
            message,
            field,
            expected,
            found,
            why,
        ) = row
        yield (
            rule,
            reference,
            word(severity),
            word(state),
            local(raised),
            local(ended),
            by,
            stored_sentence(message, field=field, expected=expected, found=found),
            why,
        )


def _waivers(span: Span) -> Part:
    return Part(
        title=_("What was let pass"),
        note=_("A warning is waived by one person; a blocking exception is asked for and granted."),
        columns=columns(
            _("Rule"),
            _("Reference"),
            _("Severity"),
            _("Made by"),
            _("Asked by"),
            _("Let pass by"),
            moment(_("When")),
            long(_("Reason")),
        ),
        rows=lambda: (
            (rule, reference, word(severity), names(makers), asker, by, local(at), why)
            for rule, reference, severity, makers, asker, by, at, why in streamed(WAIVED, span)
        ),
    )


def _requests(span: Span) -> Part:
    return Part(
        title=_("What was asked of a second person"),
        columns=columns(
            _("Kind"),
            _("About"),
            _("Asked by"),
            moment(_("Asked")),
            _("Decision"),
            _("Decided by"),
            moment(_("Decided")),
            long(_("Reason")),
            long(_("Answer")),
        ),
        rows=lambda: (
            (word(kind), about, asker, local(at), word(state), by, local(then), why, note)
            for kind, about, asker, at, state, by, then, why, note in streamed(REQUESTS, span)
        ),
    )
