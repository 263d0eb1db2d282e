"""The rule book as it was in force, what each rule came to, and who changed what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backoffice.evidence.coverage import Coverage
from backoffice.evidence.parts import (
    Part,
    Span,
    amount,
    asked,
    columns,
    count,
    day,
    hours,
    local,
    long,
    moment,
    rate,
    word,
)
from core.pages import formats
from desk.models import ControlRule
from reporting.facts import Row
from trades.models import HouseRuleVersion
from trades.rules import shelf
from trades.rules.house import codes_of
from trades.rules.rule import BookLine
from trades.selectors import Numbers
from trades.services.book import in_force, limits_in_force
from trades.views.rule_pages import parameters_of, scope_label

RULES_PRINTED: Final = 400
RAISED: Final = """
SELECT rule_code, count(*) FROM desk_controlexception
 WHERE raised_at >= %(since)s AND raised_at < %(until)s AND kind IN ('CONTROL', 'CONDUCT')
   AND (%(desk)s = '' OR desk_code = %(desk)s)
 GROUP BY 1
"""
ENDED: Final = """
SELECT rule_code, count(*), count(*) FILTER (WHERE state = 'RESOLVED'),
       count(*) FILTER (WHERE state = 'WAIVED'),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - raised_at))
  FROM desk_controlexception
 WHERE ended_at >= %(since)s AND ended_at < %(until)s AND kind IN ('CONTROL', 'CONDUCT')
   AND severity <> 'INFO' AND (%(desk)s = '' OR desk_code = %(desk)s)
 GROUP BY 1
"""
CHANGED: Final = """
SELECT id FROM desk_controlrule
 WHERE proposed_at >= %(since)s AND proposed_at < %(until)s
    OR decided_at >= %(since)s AND decided_at < %(until)s
"""


class Spoken:
    """What each rule came to in the span: of the whole house as the page of the rules counts it,
    of one desk by the exceptions of its trades.
    """

    def __init__(self, span: Span, found: Coverage) -> None:
        self.span = span
        self.raised = dict(asked(RAISED, span))
        self.ended = {code: rest for code, *rest in asked(ENDED, span)}
        self.books = [
            (book.rules(), book.statistics(span.since, span.until)) for book in shelf.books()
        ]
        self.versions = found.judged

    def rows(self) -> Iterator[Row]:
        """Yield a row for each rule, in the order of the book."""
        today = in_force(day=self.span.last_day).everywhere
        for rules, statistics in self.books:
            for rule in rules:
                numbers = self._numbers(rule, statistics)
                hit = self._hit_rate(rule, numbers, statistics)
                active = limits_in_force(rule.code, today) is not None
                yield self._row(rule, numbers, hit, active=active)

    @property
    def findings(self) -> int:
        """How often the rules of trades spoke."""
        rules, statistics = self.books[0]
        return sum(self._numbers(rule, statistics).hits for rule in rules)

    def _numbers(self, rule: BookLine[Any], statistics: Any) -> Numbers:  # noqa: ANN401 - of whichever book
        codes = codes_of(rule.code)
        if not self.span.desk:
            found: Numbers = statistics.of(codes)
            return found
        ended = [self.ended[code] for code in codes if code in self.ended]
        return Numbers(
            hits=sum(self.raised.get(code, 0) for code in codes),
            decided=sum(one[0] for one in ended),
            waived=sum(one[2] for one in ended),
        )

    def _hit_rate(self, rule: BookLine[Any], numbers: Numbers, statistics: Any) -> Decimal | None:  # noqa: ANN401 - idem
        if not self.span.desk:
            found: Decimal | None = statistics.hit_rate(numbers)
            return found
        return Decimal(numbers.hits) / self.versions if self.versions else None

    def _row(
        self, rule: BookLine[Any], numbers: Numbers, hit: Decimal | None, *, active: bool
    ) -> Row:
        codes = codes_of(rule.code)
        repaired = sum(self.ended[code][1] for code in codes if code in self.ended)
        median = self.ended.get(rule.code, [None])[-1]
        return (
            rule.code,
            _(rule.title),
            _(rule.owner.label),
            word(rule.severity.value),
            word("ACTIVE" if active else "INACTIVE", "controlrule"),
            numbers.hits,
            hit,
            sum(self.raised.get(code, 0) for code in codes),
            numbers.decided,
            repaired,
            numbers.waived,
            numbers.false_rate,
            hours(median),
        )


def parts(span: Span, spoken: Spoken) -> list[Part]:
    """Return the book, its numbers, and the changes of the span."""
    return [_came_to(span, spoken), _numbers_in_force(span), _changes(span), _written(span)]


def _came_to(span: Span, spoken: Spoken) -> Part:
    if span.desk:
        note = _(
            "Findings: exceptions about trades of the desk; hit rate: per version that was judged."
        )
    else:
        note = _(
            "Findings: of all control runs; hit rate: per trade judged, of conduct per day of a "
            "trader. False alarms: waived of those that ended. Hours: the median until the end."
        )
    return Part(
        group=_("The rule book"),
        title=_("What each rule came to"),
        note=note,
        columns=columns(
            _("Rule"),
            long(_("Says")),
            _("Owner"),
            _("Severity"),
            _("Status"),
            count(_("Findings")),
            rate(_("Hit rate")),
            count(pgettext("count", "Raised")),
            count(pgettext("count", "Ended")),
            count(pgettext("count", "Repaired")),
            count(pgettext("count", "Waived")),
            rate(_("False alarms")),
            amount(pgettext("count", "Hours")),
        ),
        rows=spoken.rows,
        printed=RULES_PRINTED,
    )


def _numbers_in_force(span: Span) -> Part:
    return Part(
        title=_("Numbers in force on the last day"),
        note=_("Where a rule is set apart for a product, desk, book or counterparty, it says so."),
        columns=columns(_("Rule"), _("Scope"), _("Status"), long(_("Parameters"))),
        rows=lambda: _set(span),
        printed=RULES_PRINTED,
    )


def _set(span: Span) -> Iterator[Row]:
    effective = in_force(day=span.last_day)
    for book in shelf.books():
        for rule in book.rules():
            limits = limits_in_force(rule.code, effective.everywhere)
            if rule.parameters or limits is None:
                yield _setting(rule, "", limits)
            for scope in sorted(effective.scopes_of(rule.code)):
                yield _setting(rule, scope, effective.scoped[scope][rule.code])


def _setting(rule: BookLine[Any], scope: str, limits: Mapping[str, Any] | None) -> Row:
    status = word("INACTIVE" if limits is None else "ACTIVE", "controlrule")
    return rule.code, scope_label(scope), status, _numbers(rule, limits or {})


def _numbers(rule: BookLine[Any], limits: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{one['label']} {formats.quantity(one['value'])} {one['unit']}"
        for one in parameters_of(rule, limits)
    )


def _changes(span: Span) -> Part:
    return Part(
        title=_("Changes of settings that were asked for or decided"),
        columns=columns(
            _("Rule"),
            _("Scope"),
            long(_("Parameters")),
            day(_("Valid from")),
            _("Asked by"),
            moment(_("Asked")),
            _("Decision"),
            _("Decided by"),
            moment(_("Decided")),
            long(_("Reason")),
        ),
        rows=lambda: _changed(span),
    )


def _changed(span: Span) -> Iterator[Row]:
    keys = [key for (key,) in asked(CHANGED, span)]
    for row in ControlRule.objects.filter(pk__in=keys).order_by("proposed_at", "pk"):
        if row.inherits:
            numbers = _("as everywhere else")
        elif row.active:
            known = shelf.rule_called(row.code)
            numbers = _numbers(known[0], row.parameters) if known else str(row.parameters)
        else:
            numbers = word("INACTIVE", "controlrule")
        yield (
            row.code,
            scope_label(row.scope),
            numbers,
            row.valid_from,
            row.proposed_by,
            local(row.proposed_at),
            word(row.state),
            row.decided_by,
            local(row.decided_at),
            row.reason,
        )


def _written(span: Span) -> Part:
    rows = HouseRuleVersion.objects.filter(written_at__gte=span.since, written_at__lt=span.until)
    return Part(
        title=_("Rules of the house that were written"),
        columns=columns(
            _("Rule"),
            count(_("Version")),
            long(_("Title")),
            long(_("Speaks when")),
            _("Written by"),
            moment(_("Written")),
            long(_("Reason")),
        ),
        rows=lambda: [
            (
                row.code,
                row.version,
                row.title,
                row.expression,
                row.written_by,
                local(row.written_at),
                row.reason,
            )
            for row in rows.order_by("written_at", "pk")
        ],
    )
