"""The rule book on screen and as a file: every rule, what it came to, and where it is proven."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import PageView, exports, formats
from core.plain_letters import plain
from desk import selectors as desk_selectors
from kernel.findings import Severity
from trades import selectors
from trades.rules import shelf
from trades.rules.families import Family, Owner
from trades.rules.house import codes_of, is_house_code
from trades.rules.page import lives_in
from trades.rules.rule import BookLine
from trades.services.book import limits_in_force
from trades.tables import RuleTable
from trades.views.rule_pages import parameters_of

TEXT_MAX: Final = 60
RATE: Final = Decimal("0.000001")
ASKED: Final = ("q", "family", "owner", "severity", "status")
SHOWN: Final = (
    *("code", "severity", "title", "findings", "hit_rate", "false_alarms", "last", "status"),
)
"""The columns that are sorted by; what a rule is set to stands behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule in the reader's words, with what it came to."""

    rule: BookLine[Any]
    code: str
    family: str
    severity: str
    title: str
    owner: str
    findings: int
    hit_rate: Decimal | None
    false_alarms: Decimal | None
    last: date | None
    status: str
    waiting: bool
    parameters: list[dict[str, Any]]
    source: str
    rationale: str
    lives_in: str
    tested_in: str

    @property
    def is_active(self) -> bool:
        return self.status == "ACTIVE"

    @property
    def numbers(self) -> str:
        """Its parameters as one text."""
        return ", ".join(
            f"{one['label']} {formats.quantity(one['value'])} {one['unit']}"
            for one in self.parameters
        )


class RuleBookPage(PageView):
    title = _("Rule book")
    action = Action.VIEW_TRADES
    template_name = "trades/rules.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = _Asked.of(request)
        now = timezone.now()
        counted = [(book, book.statistics(selectors.EVER, now)) for book in shelf.books()]
        rows = asked.in_order([row for row in _rows(counted, now.date()) if asked.means(row)])
        if kind := request.GET.get("export", ""):
            return exports.respond(kind, exports.whole(RuleTable, rows, name="rules"))
        query = request.GET.copy()
        query.pop("sort", None)
        return self.render(
            {
                "rows": rows,
                "count": len(rows),
                "judged": counted[0][1].judged,
                "asked": asked,
                "columns": [asked.column(name, label, query) for name, label in _labels(SHOWN)],
                "query": request.GET.urlencode(),
                "families": [(family.value, _t(family.label)) for family in Family],
                "owners": [(owner.value, _t(owner.label)) for owner in Owner],
                "may_write": access.allows(self.request.actor, Action.RESOLVE_EXCEPTION),
                "severities": [severity.value for severity in Severity],
            }
        )


def _rows(counted: list[tuple[shelf.Book, Any]], today: date) -> Iterator[RuleRow]:
    in_force = desk_selectors.settings_in_force(day=today)
    proposed = desk_selectors.list_settings().filter(state="PROPOSED")
    waiting = set(proposed.values_list("code", flat=True))
    for book, statistics in counted:
        for rule in book.rules():
            limits = limits_in_force(rule.code, in_force)
            numbers = statistics.of(codes_of(rule.code))
            yield RuleRow(
                rule=rule,
                code=rule.code,
                family=_t(rule.family.label),
                severity=rule.severity.value,
                title=_t(rule.title),
                owner=_t(rule.owner.label),
                findings=numbers.hits,
                hit_rate=_to_six(statistics.hit_rate(numbers)),
                false_alarms=_to_six(numbers.false_rate),
                last=numbers.last,
                status="INACTIVE" if limits is None else "ACTIVE",
                waiting=rule.code in waiting,
                parameters=parameters_of(rule, limits),
                source=_t(rule.source),
                rationale=_t(rule.rationale),
                lives_in=lives_in(rule),
                tested_in="" if is_house_code(rule.code) else book.tested_in,
            )


def _to_six(rate: Decimal | None) -> Decimal | None:
    return None if rate is None else rate.quantize(RATE)


def _labels(names: Any) -> list[tuple[str, str]]:
    table = RuleTable([])
    return [(name, str(table.columns[name].header)) for name in names]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the reader of the book looks for and in which order; an empty term means every rule."""

    q: str
    family: str
    owner: str
    severity: str
    status: str
    sort: str

    @classmethod
    def of(cls, request: HttpRequest) -> _Asked:
        asked = (request.GET.get(name, "").strip()[:TEXT_MAX] for name in (*ASKED, "sort"))
        return cls(*asked)

    @property
    def column_sorted(self) -> str:
        name = self.sort.removeprefix("-")
        return name if name in SHOWN else ""

    def means(self, row: RuleRow) -> bool:
        """Say whether a rule is one of those: each word stands somewhere in what is said of it."""
        rule = row.rule
        chosen = (
            (self.family, rule.family),
            (self.owner, rule.owner),
            (self.severity, rule.severity),
            (self.status, row.status),
        )
        if any(wanted and wanted != found for wanted, found in chosen):
            return False
        texts = (row.code, row.title, row.source, row.rationale, row.family, row.owner)
        told = plain(" ".join(texts)).casefold()
        return all(word in told for word in plain(self.q).casefold().split())

    def in_order(self, rows: list[RuleRow]) -> list[RuleRow]:
        """Return the rules in the order of the book, or by a column; what has no value is last."""
        name = self.column_sorted
        if not name:
            return rows
        known = [row for row in rows if getattr(row, name) is not None]
        known.sort(key=lambda row: getattr(row, name), reverse=self.sort.startswith("-"))
        return [*known, *(row for row in rows if getattr(row, name) is None)]

    def column(self, name: str, label: str, query: Any) -> dict[str, Any]:
        """Return a heading, with the address that sorts by it or turns the order."""
        is_sorted = self.column_sorted == name
        is_down = is_sorted and self.sort.startswith("-")
        turned = query.copy()
        turned["sort"] = name if is_down or not is_sorted else f"-{name}"
        return {
            "label": label,
            "url": f"?{turned.urlencode()}",
            "is_number": name in ("findings", "hit_rate", "false_alarms"),
            "order": ("descending" if is_down else "ascending") if is_sorted else "",
        }
