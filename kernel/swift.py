"""SWIFT MT text of any category: lines with their numbers, fields, the messages of a file.

Sources: SWIFT Standards MT, general information (blocks 1 to 5, field formats). Who sends files
leaves the envelope out, ends lines as it likes, and puts acknowledgements between messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

LINE_ENDS: Final = re.compile(r"\r\n|\r|\n")
END_OF_FILE_MARKS: Final = "\x00\x01\x03\x1a"
TAG: Final = re.compile(r":(\d{2}[A-Z]?):(.*)", re.ASCII | re.DOTALL)
BASIC: Final = re.compile(r"\{1:[A-Z](\d{2})([A-Z0-9]{12})", re.ASCII)
APPLICATION: Final = re.compile(
    r"\{2:(?:I(?P<sent>\d{3})|O(?P<came>\d{3})\d{10}(?P<sender>[A-Z0-9]{12}))", re.ASCII
)
OPENING: Final = re.compile(r"\{[124]:")
TEXT: Final = "{4:"
SERVICE: Final = "21"
"""An acknowledgement of the network, with the message that it is about behind it."""
BIC_LENGTH: Final = 8


@dataclass(slots=True)
class Field:
    """One field: its own line, then those that continue it, joined when they are asked for."""

    tag: str
    line: int
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(slots=True)
class Message:
    """One message of a file, counted from 1: `kind` and `sender` are those of its envelope.

    Without an envelope both are empty. `ended` says that its end mark was there.
    """

    number: int
    line: int
    last_line: int
    kind: str = ""
    sender: str = ""
    enveloped: bool = False
    in_text: bool = False
    ended: bool = False
    fields: list[Field] = field(default_factory=list)


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text and its encoding: UTF-16 by its mark, UTF-8, or else ISO 8859-1."""
    utf_16 = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ()
    for encoding in (*utf_16, "utf-8-sig", "iso-8859-1"):
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise AssertionError("ISO 8859-1 reads every byte")


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line, counted from 1, without its end and without marks of an end of file."""
    for number, raw in enumerate(LINE_ENDS.split(text), start=1):
        yield number, raw.strip(END_OF_FILE_MARKS)


def messages(text: str) -> Iterator[Message]:
    """Yield the messages of a file in their order; what is not of a message is passed over.

    One without an envelope begins where the first field of the one before stands again.
    """
    current: Message | None = None
    number = 0
    for at, line in lines(text):
        if current is not None and _ends(current, at, line):
            yield current
            current = None
        has_blocks = OPENING.search(line) is not None and not _is_service(line)
        if _begins_block(current, line) if has_blocks else _stands_alone(current, line):
            if current is not None:
                yield current
            number += 1
            current = Message(number, at, at, enveloped=has_blocks, in_text=not has_blocks)
        if current is not None:
            (_read_blocks if has_blocks else _take)(current, at, line)
    if current is not None:
        yield current


def _ends(current: Message, at: int, line: str) -> bool:
    """Note the end mark of a message."""
    if current.in_text and (line.startswith("-}") or line.strip() == "-"):
        current.ended, current.last_line = True, at
    return current.ended


def _is_service(line: str) -> bool:
    """Say whether a line is an acknowledgement alone: it says nothing of its own."""
    headers = BASIC.findall(line)
    return bool(headers) and all(service == SERVICE for service, _address in headers)


def _begins_block(current: Message | None, line: str) -> bool:
    """Say whether a line with a block begins a message: its own blocks may lie on several lines."""
    return current is None or current.in_text or "{1:" in line


def _stands_alone(current: Message | None, line: str) -> bool:
    """Say whether a field begins a message without an envelope, as the one before began."""
    tag = TAG.match(line)
    if current is None or tag is None:
        return tag is not None
    if current.enveloped or not current.fields:
        return False
    first = current.fields[0]
    if tag[1] == "16R":
        return (first.tag, first.text) == (tag[1], tag[2])
    return first.tag == tag[1] == "20"


def _read_blocks(current: Message, at: int, line: str) -> None:
    """Read the blocks of a line; those of an acknowledgement are about another message."""
    for service, address in BASIC.findall(line):
        if service != SERVICE:
            current.sender = bic_of(address)
    application = APPLICATION.search(line)
    if application is not None:
        current.kind = application["sent"] or application["came"]
        if application["sender"]:
            current.sender = bic_of(application["sender"])
    _head, opening, rest = line.rpartition(TEXT)
    if opening and not rest.startswith("{"):
        current.in_text = True
        _take(current, at, rest)


def _take(current: Message, at: int, line: str) -> None:
    """Take a line of the text: a field, or what goes on of the one before."""
    if not current.in_text or not line.strip():
        return
    current.last_line = at
    tag = TAG.match(line)
    if tag is not None:
        current.fields.append(Field(tag[1], at, [tag[2]]))
    elif current.fields:
        current.fields[-1].lines.append(line)


def bic_of(address: str) -> str:
    """Return the BIC of a logical terminal: eight characters, and the branch if it is not XXX."""
    branch = address[BIC_LENGTH + 1 :]
    return address[:BIC_LENGTH] + ("" if branch == "XXX" else branch)
