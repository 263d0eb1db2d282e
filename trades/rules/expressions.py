"""Rules of the house: a checked text becomes a function that says true, false, or not known.

Nothing is executed but the functions of this module: a text is read (`grammar.py`), each name and
each operation is checked against its kind, and closures are built, once. What is not known stays
so: a calculation or comparison with it is not known; `and` is false where one side is, `or` true
where one side is, whatever the other may be (Kleene's logic); a division by zero is not known.
Numbers are exact decimals of sixty digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, Final

from kernel.calendars import is_plausible
from kernel.money import EXACT
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.grammar import (
    COMPARISONS,
    N_,
    Call,
    Fault,
    Name,
    Number,
    Operation,
    Text,
    Tree,
    parse,
)
from trades.rules.vocabulary import FUNCTION_BY_NAME, TERM_BY_NAME, Get, Kind, Term, Value

UNKNOWN_NAME: Final = N_("“%(found)s” is no name that a rule knows.")
UNKNOWN_FUNCTION: Final = N_("“%(found)s” is no function that a rule knows.")
WRONG_KIND: Final = N_("A %(found)s does not belong here.")
NOT_ONE: Final = N_("“%(found)s” is none of the values that this can have.")
NOT_A_DAY: Final = N_("“%(found)s” is not a day: write 'YYYY-MM-DD'.")
NOT_COUNTED: Final = N_("The function has other arguments: %(found)s.")
NO_TRUTH: Final = N_("A rule says when it speaks: it must be true or false.")
ORDERED: Final = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Expression:
    """A text that was checked: when it speaks, and the terms that it names, in their order."""

    text: str
    says: Get
    terms: tuple[Term, ...]

    def values(self, facts: TradeFacts, context: RuleContext) -> dict[str, Value]:
        """Return what each term stands for of a trade."""
        return {term.name: term.get(facts, context) for term in self.terms}


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression: its kind, how it is found, and the texts that it may be."""

    kind: Kind
    get: Get
    place: int
    choices: tuple[str, ...] = ()
    literal: str | None = None


def compiled(text: str) -> Expression:
    """Return the expression of a text. Raises Fault."""
    tree = parse(text)
    named: dict[str, Term] = {}
    part = _checked(tree, named)
    if part.kind is not Kind.TRUTH:
        raise Fault(NO_TRUTH, part.place)
    return Expression(text=text, says=part.get, terms=tuple(named.values()))


def _checked(tree: Tree, named: dict[str, Term]) -> _Part:
    if isinstance(tree, Number):
        return _Part(Kind.NUMBER, _always(tree.value), tree.place)
    if isinstance(tree, Text):
        return _Part(Kind.TEXT, _always(tree.value), tree.place, literal=tree.value)
    if isinstance(tree, Name):
        term = TERM_BY_NAME.get(tree.value)
        if term is None:
            raise Fault(UNKNOWN_NAME, tree.place, tree.value)
        named.setdefault(term.name, term)
        return _Part(term.kind, term.get, tree.place, term.choices)
    if isinstance(tree, Call):
        return _call(tree, [_checked(one, named) for one in tree.arguments])
    return _operation(tree, [_checked(one, named) for one in tree.operands])


def _always(value: Value) -> Get:
    return lambda _facts, _context: value


def _need(kind: Kind, *parts: _Part) -> None:
    for part in parts:
        if part.kind is not kind:
            raise Fault(WRONG_KIND, part.place, part.kind.label, is_word=True)


# ---------------------------------------------------------------------------------- operations
def _operation(tree: Operation, parts: Sequence[_Part]) -> _Part:
    make = _MAKE.get(tree.sign, _comparison)
    return make(tree, parts)


def _comparison(tree: Operation, parts: Sequence[_Part]) -> _Part:
    left, right = parts
    _need(left.kind, right)
    if tree.sign in ORDERED and left.kind not in (Kind.NUMBER, Kind.DAY):
        raise Fault(WRONG_KIND, left.place, left.kind.label, is_word=True)
    _one_of_its_values(left, right)
    _one_of_its_values(right, left)
    return _Part(Kind.TRUTH, _both(_COMPARE[tree.sign], left.get, right.get), tree.place)


def _one_of_its_values(term: _Part, text: _Part) -> None:
    """Refuse a text that the term can never be: a misspelled value would keep a rule silent."""
    if term.choices and text.literal is not None and text.literal not in term.choices:
        raise Fault(NOT_ONE, text.place, text.literal)


def _membership(tree: Operation, parts: Sequence[_Part]) -> _Part:
    asked, *listed = parts
    _need(asked.kind, *listed)
    for one in listed:
        _one_of_its_values(asked, one)
    gets = [_both(_COMPARE["=="], asked.get, one.get) for one in listed]
    return _Part(Kind.TRUTH, reduce(_or, gets), tree.place)


def _logic(tree: Operation, parts: Sequence[_Part]) -> _Part:
    _need(Kind.TRUTH, *parts)
    if tree.sign == "not":
        return _Part(Kind.TRUTH, _not(parts[0].get), tree.place)
    join = _and if tree.sign == "and" else _or
    return _Part(Kind.TRUTH, join(parts[0].get, parts[1].get), tree.place)


def _calculation(tree: Operation, parts: Sequence[_Part]) -> _Part:
    """Numbers give a number; a day less a day gives the days between them."""
    if tree.sign == "-" and parts[0].kind is Kind.DAY:
        _need(Kind.DAY, *parts)
        return _Part(Kind.NUMBER, _both(_days, parts[1].get, parts[0].get), tree.place)
    _need(Kind.NUMBER, *parts)
    if tree.sign == "minus":
        return _Part(Kind.NUMBER, _one(EXACT.minus, parts[0].get), tree.place)
    return _Part(Kind.NUMBER, _both(_CALCULATE[tree.sign], *[p.get for p in parts]), tree.place)


def _and(left: Get, right: Get) -> Get:
    def get(facts: TradeFacts, context: RuleContext) -> Value:
        first = left(facts, context)
        if first is False:
            return False
        second = right(facts, context)
        return second if first is True or second is False else None

    return get


def _or(left: Get, right: Get) -> Get:
    def get(facts: TradeFacts, context: RuleContext) -> Value:
        first = left(facts, context)
        if first is True:
            return True
        second = right(facts, context)
        return second if first is False or second is True else None

    return get


def _not(inner: Get) -> Get:
    return _one(lambda value: not value, inner)


def _one(act: Callable[[Any], Value], inner: Get) -> Get:
    def get(facts: TradeFacts, context: RuleContext) -> Value:
        value = inner(facts, context)
        return None if value is None else act(value)

    return get


def _both(act: Callable[[Any, Any], Value], left: Get, right: Get) -> Get:
    def get(facts: TradeFacts, context: RuleContext) -> Value:
        first = left(facts, context)
        if first is None:
            return None
        second = right(facts, context)
        return None if second is None else act(first, second)

    return get


def _days(first: date, second: date) -> Decimal:
    return Decimal((second - first).days)


def _quotient(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    return EXACT.divide(dividend, divisor) if divisor else None


_COMPARE: Final[Mapping[str, Callable[[Any, Any], Value]]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_CALCULATE: Final[Mapping[str, Callable[[Any, Any], Value]]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": _quotient,
}
_MAKE: Final[Mapping[str, Callable[[Operation, Sequence[_Part]], _Part]]] = {
    **dict.fromkeys(COMPARISONS, _comparison),
    **dict.fromkeys(("and", "or", "not"), _logic),
    **dict.fromkeys((*_CALCULATE, "minus"), _calculation),
    "in": _membership,
}


# ----------------------------------------------------------------------------------- functions
def _call(tree: Call, parts: Sequence[_Part]) -> _Part:
    function = FUNCTION_BY_NAME.get(tree.function)
    if function is None:
        raise Fault(UNKNOWN_FUNCTION, tree.place, tree.function)
    least, most = function.arguments
    if not least <= len(parts) <= most:
        raise Fault(NOT_COUNTED, tree.place, str(len(parts)))
    if function.takes is not None:
        _need(function.takes, *parts)
    if tree.function == "day":
        return _Part(Kind.DAY, _always(_written_day(parts[0])), tree.place)
    gets = [part.get for part in parts]
    return _Part(function.gives, _FUNCTIONS[tree.function](*gets), tree.place)


def _written_day(part: _Part) -> date:
    try:
        found = date.fromisoformat(part.literal or "")
    except ValueError:
        found = date.min
    if not is_plausible(found) or found.isoformat() != part.literal:
        raise Fault(NOT_A_DAY, part.place, part.literal or "")
    return found


def _of_all(choose: Callable[[Sequence[Decimal]], Decimal]) -> Callable[..., Get]:
    def make(*gets: Get) -> Get:
        def get(facts: TradeFacts, context: RuleContext) -> Value:
            values: list[Any] = [one(facts, context) for one in gets]
            return None if any(value is None for value in values) else choose(values)

        return get

    return make


def _known(inner: Get) -> Get:
    return lambda facts, context: inner(facts, context) is not None


_FUNCTIONS: Final[Mapping[str, Callable[..., Get]]] = {
    "abs": lambda inner: _one(EXACT.abs, inner),
    "min": _of_all(min),
    "max": _of_all(max),
    "days": lambda first, second: _both(_days, first, second),
    "known": _known,
    "starts": lambda text, start: _both(str.startswith, text, start),
}
