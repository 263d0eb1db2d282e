"""The rule book as it is in force: the rules of the product, then those that the house wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from desk import selectors as desk_selectors
from trades import selectors
from trades.facts import TradeFacts
from trades.rules import RULE_BOOK, RULE_BY_CODE, ActiveRule, active_rules
from trades.rules.house import VERSION, house_rule, is_house_code
from trades.rules.rule import Limits, Rule
from trades.rules.scopes import EVERYWHERE, Effective, Places, Settings, by_scopes

Book = tuple[ActiveRule, ...]


def in_force(*, day: date) -> Effective:
    """Return the settings of a day, those of scopes beside those for everything."""
    scoped = desk_selectors.settings_by_scope(day=day)
    return Effective(everywhere=scoped.pop(EVERYWHERE, {}), scoped=scoped)


def books_of(
    trades: Sequence[TradeFacts], settings: Effective, places: Places
) -> list[tuple[list[TradeFacts], Book]]:
    """Return the trades in groups, each with the book that holds for it: mostly one of all."""
    groups = by_scopes(trades, settings.scoped.keys(), places)
    return [(group, book_as_set(settings.within(scopes))) for scopes, group in groups.items()]


def book_as_set(settings: Settings) -> Book:
    """Return the rules that run with these settings; one of the house runs where it is set."""
    versions = {
        code: int(limits[VERSION])
        for code, limits in settings.items()
        if limits is not None and is_house_code(code)
    }
    of_the_house = [
        (house_rule(row.facts), {VERSION: Decimal(row.version)})
        for row in selectors.house_rules_at(versions)
    ]
    return (*active_rules(settings), *of_the_house)


def every_rule() -> list[Rule]:
    """Return the whole book: of a rule of the house the latest version."""
    return [*RULE_BOOK, *(house_rule(row.facts) for row in selectors.list_house_rules())]


def find_rule(code: str, *, version: int | None = None) -> Rule | None:
    """Return a rule, of the house in that version or the latest; None where there is none."""
    if not is_house_code(code):
        return RULE_BY_CODE.get(code)
    rows = selectors.list_versions_of_rule(code=code)
    row = rows.first() if version is None else rows.filter(version=version).first()
    return None if row is None else house_rule(row.facts)


def limits_in_force(code: str, settings: Settings) -> Limits | None:
    """Return what a rule is set to; {} for its defaults, None where it does not run."""
    return settings.get(code, None if is_house_code(code) else {})
