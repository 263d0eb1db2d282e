"""The sequences of a SWIFT message of category 5: `16R` opens one, `16S` of its name closes it.

A flat list of fields loses what they are about: a price stands in a partial fill as in the deal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from kernel.findings import Finding
from kernel.swift import Field, Message
from settlement.formats import N_

GENERIC: Final = re.compile(r":([A-Z0-9]{4})/([A-Z0-9]{0,8})/(.*)", re.ASCII | re.DOTALL)
OPEN, CLOSE = "16R", "16S"


@dataclass(frozen=True, slots=True)
class Said:
    """One field where it stands: its qualifier, the scheme of its code, and what it says."""

    item: Field
    qualifier: str = ""
    scheme: str = ""
    text: str = ""

    @property
    def place(self) -> str:
        """How people name it: `:20C::SEME`, or `:23G:` where it has no qualifier."""
        return f":{self.item.tag}:" + (f":{self.qualifier}" if self.qualifier else "")


@dataclass(slots=True)
class Sequence:
    """One sequence with its fields and what lies inside it."""

    name: str
    line: int
    fields: list[Said] = field(default_factory=list)
    inside: list[Sequence] = field(default_factory=list)

    def at(self, *path: str) -> Iterator[Sequence]:
        """Yield every sequence at a path below this one, in their order."""
        if not path:
            yield self
            return
        for one in self.inside:
            if one.name == path[0]:
                yield from one.at(*path[1:])

    def said(self, path: tuple[str, ...], number: str, qualifier: str = "") -> list[Said]:
        """Return the fields of this number, whatever their option letter, at a path."""
        return [
            one
            for sequence in self.at(*path)
            for one in sequence.fields
            if one.item.tag[:2] == number and one.qualifier == qualifier
        ]


def place(message: Message, tag: str) -> str:
    """Return how a finding names a place: the message, counted from 1, and the tag."""
    return f"#{message.number} {tag}"


def about(
    message: Message, code: str, text: str, *, tag: str, line: int, expected: str = "",
    found: str = "",
) -> Finding:  # fmt: skip
    """Return a finding with its message, line, tag and value."""
    return Finding(
        code=code, field=tag.strip(":"), message=text, expected=expected, found=found[:200],
        line=line, column=place(message, tag),
    )  # fmt: skip


def read_sequences(message: Message) -> Sequence | tuple[Finding, ...]:
    """Return the message as a tree, or where its sequences do not close as they opened."""
    root = Sequence("", message.line)
    stack = [root]
    for item in message.fields:
        if item.tag == OPEN:
            opened = Sequence(item.text.strip(), item.line)
            stack[-1].inside.append(opened)
            stack.append(opened)
        elif item.tag == CLOSE:
            name = item.text.strip()
            if stack[-1].name != name or len(stack) == 1:
                text = N_("A sequence ends here that is not the one that is open ({expected})")
                return (about(message, "MT515-SEQUENCE", text, tag=":16S:", line=item.line,
                              expected=stack[-1].name or "–", found=name),)  # fmt: skip
            stack.pop()
        else:
            stack[-1].fields.append(_said(item))
    if len(stack) > 1 or (message.enveloped and not message.ended):
        text = N_("The message is cut off: {expected} is missing, it stops at line {found}")
        missing = f":16S:{stack[-1].name}" if len(stack) > 1 else "-}"
        return (about(message, "MT515-TRUNCATED", text, tag=":16S:", line=message.line,
                      expected=missing, found=str(message.last_line)),)  # fmt: skip
    return root


def _said(item: Field) -> Said:
    generic = GENERIC.fullmatch(item.text.strip())
    if generic is None:
        return Said(item, text=item.text.strip())
    return Said(item, generic[1], generic[2], generic[3].strip())
