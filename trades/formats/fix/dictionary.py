"""Data dictionaries in the form that QuickFIX made common: tags, messages, values.

None ships with the product: the operator puts those of a counterparty into FIX_DICTIONARY_DIR and
names one per session. Without a dictionary only what every version agrees on is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from kernel import xml
from trades.formats.fix.faults import Fault, Reason
from trades.formats.fix.wire import Wire, moment

USER_DEFINED: Final = 5_000
NUMBER: Final = r"-?[0-9]+(\.[0-9]*)?|-?\.[0-9]+"
TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,12})?"
FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(pattern, re.ASCII)
    for names, pattern in (
        ("PRICE AMT QTY QUANTITY FLOAT PRICEOFFSET PERCENTAGE", NUMBER),
        ("INT", r"-?[0-9]{1,18}"),
        ("LENGTH SEQNUM NUMINGROUP", r"[0-9]{1,18}"),
        ("CHAR", r"(?s)."),
        ("BOOLEAN", r"[YN]"),
        ("LOCALMKTDATE UTCDATE UTCDATEONLY DATE", r"[0-9]{8}"),
        ("UTCTIMEONLY TIME", TIME),
        ("MONTHYEAR", r"[0-9]{6}([0-9]{2}|w[1-5])?"),
        ("DAYOFMONTH", r"[0-9]{1,2}"),
    )
    for name in names.split()
}
SEVERAL: Final = frozenset({"MULTIPLEVALUESTRING", "MULTIPLESTRINGVALUE", "MULTIPLECHARVALUE"})


class UnreadableDictionary(ValueError):
    """The file is no data dictionary."""


@dataclass(slots=True)
class Layout:
    """What may and must stand in a message, a header or one entry of a group."""

    known: set[int] = field(default_factory=set)
    required: list[int] = field(default_factory=list)
    groups: dict[int, Layout] = field(default_factory=dict)
    first: int = 0  # of a group: the tag that begins each entry


@dataclass(slots=True)
class Dictionary:
    """One version of FIX; for FIXT the transport and one application version together."""

    types: dict[int, str] = field(default_factory=dict)
    values: dict[int, frozenset[str]] = field(default_factory=dict)
    header: Layout = field(default_factory=Layout)
    trailer: Layout = field(default_factory=Layout)
    messages: dict[str, Layout] = field(default_factory=dict)
    transport: Dictionary | None = None

    def joined(self, other: Dictionary) -> Dictionary:
        """Return this transport with the messages of an application version."""
        return Dictionary(
            types=other.types | self.types,
            values=other.values | self.values,
            header=self.header,
            trailer=self.trailer,
            messages=other.messages | self.messages,
            transport=self,
        )

    def of(self, kind: str) -> Dictionary:
        """Return the dictionary that a type of message is checked with."""
        return self.transport if self.transport and kind in self.transport.messages else self


def read_dictionary(content: bytes) -> Dictionary:
    """Return what a dictionary file says. Raises UnreadableDictionary."""
    try:
        root = xml.parse(content)
    except etree.XMLSyntaxError as broken:
        raise UnreadableDictionary(str(broken)) from None
    if root.tag != "fix" or root.find("fields") is None:
        raise UnreadableDictionary("no <fix> with <fields>")
    made = Dictionary()
    numbers: dict[str, int] = {}
    for one in root.iterfind("fields/field"):
        number = numbers[one.get("name")] = int(one.get("number"))
        made.types[number] = one.get("type", "")
        if enums := [value.get("enum") for value in one.iterfind("value")]:
            made.values[number] = frozenset(enums)
    components = {one.get("name"): one for one in root.iterfind("components/component")}
    reader = _Reader(numbers, components)
    for name, layout in (("header", made.header), ("trailer", made.trailer)):
        found = root.find(name)
        if found is not None:
            reader.fill(layout, found, required=True)
    for message in root.iterfind("messages/message"):
        layout = made.messages[message.get("msgtype")] = Layout()
        reader.fill(layout, message, required=True)
    return made


@dataclass(slots=True)
class _Reader:
    numbers: Mapping[str, int]
    components: Mapping[str, Any]

    def fill(self, layout: Layout, node: Any, *, required: bool) -> None:  # noqa: ANN401 - an lxml element
        for child in node:
            must = required and child.get("required") == "Y"
            if child.tag == "component":
                part = self.components.get(child.get("name"))
                if part is not None:
                    self.fill(layout, part, required=must)
                continue
            number = self.numbers.get(child.get("name"), 0)
            layout.first = layout.first or number
            layout.known.add(number)
            if must:
                layout.required.append(number)
            if child.tag == "group":
                entry = layout.groups[number] = Layout()
                self.fill(entry, child, required=True)


def check(message: Wire, dictionary: Dictionary, *, user_fields: bool) -> Fault | None:
    """Return the first thing that the dictionary forbids; `user_fields` lets tags from 5000 in.

    The order is that of other engines: type of message, then each field in its turn, then what is
    missing, then the groups.
    """
    dictionary = dictionary.of(message.kind)
    layout = dictionary.messages.get(message.kind)
    if layout is None:
        return Fault(Reason.MSG_TYPE)
    body: list[tuple[int, str]] = []
    frame = dictionary.header.known | dictionary.trailer.known
    seen: set[int] = set()
    for tag, value in message.fields:
        fault = _field(tag, value, dictionary, layout, user_fields=user_fields)
        if fault is not None:
            return fault
        if tag not in frame or tag in layout.known:
            body.append((tag, value))
        elif tag in seen and not _in_a_group(tag, dictionary.header):
            return Fault(Reason.REPEATED, tag)
        seen.add(tag)
    for tag in (*dictionary.header.required, *layout.required):
        if tag not in seen:
            return Fault(Reason.MISSING, tag)
    return next(_groups(body, layout), None)


def _field(
    tag: int, value: str, dictionary: Dictionary, layout: Layout, *, user_fields: bool
) -> Fault | None:
    if tag >= USER_DEFINED and user_fields:
        return None
    kind = dictionary.types.get(tag)
    if kind is None:
        return Fault(Reason.TAG, tag)
    if not _well_formed(kind, value):
        return Fault(Reason.FORMAT, tag)
    if not _allowed(kind, value, dictionary.values.get(tag)):
        return Fault(Reason.VALUE, tag)
    in_frame = tag in dictionary.header.known or tag in dictionary.trailer.known
    if not in_frame and not _in_a_group(tag, dictionary.header) and not _belongs(tag, layout):
        return Fault(Reason.NOT_DEFINED, tag)
    return None


def _well_formed(kind: str, value: str) -> bool:
    if kind == "UTCTIMESTAMP":
        return moment(value) is not None
    form = FORMS.get(kind)
    return form is None or form.fullmatch(value) is not None


def _allowed(kind: str, value: str, values: frozenset[str] | None) -> bool:
    if values is None:
        return True
    return all(one in values for one in (value.split(" ") if kind in SEVERAL else [value]))


def _belongs(tag: int, layout: Layout) -> bool:
    return tag in layout.known or _in_a_group(tag, layout)


def _in_a_group(tag: int, layout: Layout) -> bool:
    return any(tag in entry.known or _in_a_group(tag, entry) for entry in layout.groups.values())


def _groups(fields: Sequence[tuple[int, str]], layout: Layout) -> Iterator[Fault]:
    """Yield what is wrong with repetitions: a tag twice outside a group, or a count that lies."""
    at, seen = 0, set[int]()
    while at < len(fields):
        tag, value = fields[at]
        at += 1
        if tag in seen:
            yield Fault(Reason.REPEATED, tag)
        seen.add(tag)
        if tag in layout.groups:
            end, entries = _entries(fields, at, layout.groups[tag])
            if str(len(entries)) != value.lstrip("0") and (entries or value.strip("0")):
                yield Fault(Reason.COUNT, tag)
            for entry in entries:
                yield from _entry(entry, layout.groups[tag])
            at = end


def _entry(entry: Sequence[tuple[int, str]], layout: Layout) -> Iterator[Fault]:
    yield from _groups(entry, layout)
    present = {tag for tag, _value in entry}
    for tag in layout.required:
        if tag not in present:
            yield Fault(Reason.MISSING, tag)


def _entries(
    fields: Sequence[tuple[int, str]], start: int, layout: Layout
) -> tuple[int, list[list[tuple[int, str]]]]:
    """Return where a group ends, and its entries: each begins with the group's first tag."""
    entries: list[list[tuple[int, str]]] = []
    at = start
    while at < len(fields) and _belongs(fields[at][0], layout):
        if fields[at][0] == layout.first:
            entries.append([])
        if not entries:
            break
        entries[-1].append(fields[at])
        at += 1
    return at, entries
