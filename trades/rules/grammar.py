"""The language of the house's own rules: from a text to a tree, or to the fault and its place.

Numbers are plain decimals, texts stand in single or double quotes. There are `and`, `or`, `not`,
comparisons, `in (…)`, `+ - * /`, and calls of functions by their name: nothing else can be said, so
nothing else can happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NoReturn

LENGTH_MAX: Final = 1_000
DEPTH_MAX: Final = 20
NODES_MAX: Final = 100
COMPARISONS: Final = ("==", "!=", "<=", ">=", "<", ">")
WORDS: Final = frozenset({"and", "or", "not", "in"})
TOKEN: Final = re.compile(
    r"""\s*(?:(?P<number>\d{1,24}(?:\.\d{1,18})?)(?![\w.])
    |(?P<name>[a-z][a-z0-9_]*)
    |(?P<text>"[^"\n]*"|'[^'\n]*')
    |(?P<sign>==|!=|<=|>=|[-+*/<>(),]))""",
    re.VERBOSE | re.ASCII,
)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a text for translation; it is translated where a person reads it."""
    return text


class Fault(Exception):
    """Why a text is no rule: a message with `%(found)s`, and the character from which it is wrong.

    `place` counts from 1, as people count; what was found is a word of ours, or what was typed.
    """

    def __init__(self, message: str, place: int, found: str = "", *, is_word: bool = False) -> None:
        super().__init__(message % {"found": found})
        self.message, self.place, self.found, self.is_word = message, place, found, is_word


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    place: int


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    place: int


@dataclass(frozen=True, slots=True)
class Name:
    value: str
    place: int


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Tree, ...]
    place: int


@dataclass(frozen=True, slots=True)
class Operation:
    """`sign` over its operands: one of `- not`, two of the others; `in` has its list after it."""

    sign: str
    operands: tuple[Tree, ...]
    place: int


Tree = Number | Text | Name | Call | Operation


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: int


END: Final = "end"


def parse(text: str) -> Tree:
    """Return the tree of a text. Raises Fault at the first place that is wrong."""
    if len(text) > LENGTH_MAX:
        raise Fault(N_("The rule is too long."), LENGTH_MAX)
    parser = _Parser(list(_tokens(text)))
    tree = parser.either()
    if parser.here.kind != END:
        parser.stop(N_("“%(found)s” was not expected here."))
    return tree


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = TOKEN.match(text, at)
        if found is None:
            rest = text[at:].lstrip()
            place = len(text) - len(rest) + 1
            raise Fault(N_("“%(found)s” cannot be read."), place, rest[:12])
        kind = str(found.lastgroup)
        word = found[kind]
        yield _Token("sign" if word in WORDS else kind, word, found.start(kind) + 1)
        at = found.end()
    yield _Token(END, "", end + 1)


class _Parser:
    """Reads from left to right, the weakest binding first."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self.tokens = tokens
        self.at = self.depth = self.nodes = 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def stop(self, message: str) -> NoReturn:
        if self.here.kind == END:
            raise Fault(N_("The rule ends too early."), self.here.place)
        raise Fault(message, self.here.place, self.here.text)

    def takes(self, *signs: str) -> str:
        """Step over one of these signs, if it is here, and return it."""
        if self.here.kind == "sign" and self.here.text in signs:
            self.at += 1
            return self.tokens[self.at - 1].text
        return ""

    def needs(self, sign: str) -> None:
        if not self.takes(sign):
            self.stop(N_("“%(found)s” was not expected here."))

    def made(self, tree: Tree) -> Tree:
        self.nodes += 1
        if self.nodes > NODES_MAX:
            raise Fault(N_("The rule has too many parts."), tree.place)
        return tree

    def either(self) -> Tree:
        """Read `a or b or c`; everything that stands in brackets comes here again."""
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise Fault(N_("The rule is nested too deeply."), self.here.place)
        tree = self.all_of()
        while self.takes("or"):
            tree = self.made(Operation("or", (tree, self.all_of()), tree.place))
        self.depth -= 1
        return tree

    def all_of(self) -> Tree:
        tree = self.negated()
        while self.takes("and"):
            tree = self.made(Operation("and", (tree, self.negated()), tree.place))
        return tree

    def negated(self) -> Tree:
        place, negations = self.here.place, 0
        while self.takes("not"):
            negations += 1
        tree = self.compared()
        if negations % 2:
            return self.made(Operation("not", (tree,), place))
        return tree

    def compared(self) -> Tree:
        left = self.summed()
        if sign := self.takes(*COMPARISONS):
            tree = self.made(Operation(sign, (left, self.summed()), left.place))
            if self.here.text in COMPARISONS:
                self.stop(N_("Two comparisons are joined with “and”."))
            return tree
        negated = self.takes("not")
        if negated or self.here.text == "in":
            self.needs("in")
            listed = self.made(Operation("in", (left, *self.listed()), left.place))
            return self.made(Operation("not", (listed,), left.place)) if negated else listed
        return left

    def listed(self) -> tuple[Tree, ...]:
        self.needs("(")
        found = [self.summed()]
        while self.takes(","):
            found.append(self.summed())
        self.needs(")")
        return tuple(found)

    def summed(self) -> Tree:
        tree = self.multiplied()
        while sign := self.takes("+", "-"):
            tree = self.made(Operation(sign, (tree, self.multiplied()), tree.place))
        return tree

    def multiplied(self) -> Tree:
        tree = self.signed()
        while sign := self.takes("*", "/"):
            tree = self.made(Operation(sign, (tree, self.signed()), tree.place))
        return tree

    def signed(self) -> Tree:
        place = self.here.place
        if self.takes("-"):
            return self.made(Operation("minus", (self.single(),), place))
        return self.single()

    def single(self) -> Tree:
        token = self.here
        if self.takes("("):
            tree = self.either()
            self.needs(")")
            return tree
        if token.kind not in ("number", "text", "name"):
            self.stop(N_("“%(found)s” was not expected here."))
        self.at += 1
        if token.kind == "number":
            return self.made(Number(Decimal(token.text), token.place))
        if token.kind == "text":
            return self.made(Text(token.text[1:-1], token.place))
        if self.here.text == "(" and self.here.kind == "sign":
            return self.called(token)
        return self.made(Name(token.text, token.place))

    def called(self, token: _Token) -> Tree:
        self.needs("(")
        found = [self.either()]
        while self.takes(","):
            found.append(self.either())
        self.needs(")")
        return self.made(Call(token.text, tuple(found), token.place))
