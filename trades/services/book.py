"""The rule book as it is in force: the rules of the product, then those that the house wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from desk import selectors as desk_selectors
from trades import selectors
from trades.rules import RULE_BOOK, RULE_BY_CODE, ActiveRule, active_rules
from trades.rules.house import VERSION, house_rule, is_house_code
from trades.rules.rule import Limits, Rule

Settings = Mapping[str, Limits | None]


def book_in_force(*, day: date) -> tuple[ActiveRule, ...]:
    """Return every rule that runs on a day, with its numbers."""
    return book_as_set(desk_selectors.settings_in_force(day=day))


def book_as_set(settings: Settings) -> tuple[ActiveRule, ...]:
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
