"""ISO 20022 auth.031.001.01, the regulator's answer to a report file.

The schema says `StsAdvc`; files that follow ESMA's published example say `MsgStsAdvc`, and
`DtldNbOfTxs` for `DtldNbOfRcrds`: both are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from kernel import xml
from kernel.findings import Finding, Refusal

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:auth.031.001.01"
FILE_STATUSES: Final = frozenset({"ACPT", "PART", "RCVD", "RJCT", "RMDR", "WARN", "INCF", "CRPT"})
RECORD_STATUSES: Final = frozenset({"ACPT", "PDNG", "RCVD", "RJCT"})
MAX_BYTES: Final = 50_000_000
MAX_COUNT_DIGITS: Final = 15
HEAD: Final = 4096


class UnreadableFeedback(Refusal):
    """The file is no auth.031, or says something that cannot be understood."""

    code = "UNREADABLE_FEEDBACK"
    says_its_finding = True


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """One validation rule of the regulator that a record failed, in its words."""

    code: str
    description: str


@dataclass(frozen=True, slots=True)
class RecordFeedback:
    """The status of one transaction reference."""

    transaction_id: str
    status: str
    rules: tuple[BrokenRule, ...] = ()


@dataclass(frozen=True, slots=True)
class FileFeedback:
    """The status of one report file; `message_id` may be empty when the header alone names it."""

    message_id: str
    status: str
    total: int | None
    counts: dict[str, int]
    records: tuple[RecordFeedback, ...]


def read(content: bytes) -> tuple[FileFeedback, ...]:
    """Read every status advice of a file; entities, DTDs and unknown statuses are refused.

    Raises UnreadableFeedback with the line and the value.
    """
    root = _parse(content)
    advices = [
        element
        for element in root.iter("{*}StsAdvc", "{*}MsgStsAdvc")
        if etree.QName(element).namespace == NAMESPACE
    ]
    if not advices:
        raise unreadable(
            "FBK-002", "There is no status advice ({found}) in this file", found="auth.031.001.01"
        )
    return tuple(_advice(advice) for advice in advices)


def _parse(content: bytes) -> etree._Element:
    if b"<!DOCTYPE" in content[:HEAD]:
        raise _dtd()
    if len(content) > MAX_BYTES:
        raise unreadable("FBK-003", "The file is larger than {found} bytes", found=str(MAX_BYTES))
    try:
        root = xml.parse(content)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise unreadable(
            "FBK-005",
            "Line {line}, column {column}: this is not well-formed XML",
            line=line,
            column=str(column),
            found=error.msg.split(", line ")[0],
        ) from error
    if xml.declares_type(root):
        raise _dtd()
    return root


def _dtd() -> UnreadableFeedback:
    return unreadable("FBK-004", "A document type declaration is not accepted", found="<!DOCTYPE")


def unreadable(
    code: str, message: str, *, line: int = 1, column: str = "", found: str = ""
) -> UnreadableFeedback:
    """Return the refusal of a whole answer, with its place."""
    finding = Finding(
        code=code, field=column or "file", message=message, line=line, column=column, found=found
    )
    return UnreadableFeedback(str(finding.as_dict()["message"]), findings=(finding,))


def _advice(advice: etree._Element) -> FileFeedback:
    status = _status(advice, "{*}MsgSts/{*}RptSts", FILE_STATUSES, fallback="{*}MsgSts/{*}Sts")
    counts = {
        _text(line, "{*}DtldSts"): _count(line)
        for line in advice.iterfind("{*}MsgSts/{*}Sttstcs/{*}NbOfRcrdsPerSts")
    }
    total = advice.find("{*}MsgSts/{*}Sttstcs/{*}TtlNbOfRcrds")
    return FileFeedback(
        message_id=_text(advice, "{*}MsgRptIdr"),
        status=status,
        total=None if total is None else _integer(total),
        counts=counts,
        records=tuple(_records(advice)),
    )


def _records(advice: etree._Element) -> Iterator[RecordFeedback]:
    for record in advice.iterfind("{*}RcrdSts"):
        transaction_id = _text(record, "{*}OrgnlRcrdId")
        if not transaction_id:
            raise _refusal(record, "OrgnlRcrdId", "a transaction reference", "nothing")
        yield RecordFeedback(
            transaction_id=transaction_id,
            status=_status(record, "{*}Sts", RECORD_STATUSES),
            rules=tuple(
                BrokenRule(_text(rule, "{*}Id"), _text(rule, "{*}Desc"))
                for rule in record.iterfind("{*}VldtnRule")
            ),
        )


def _status(parent: etree._Element, path: str, known: frozenset[str], *, fallback: str = "") -> str:
    value = _text(parent, path) or (_text(parent, fallback) if fallback else "")
    if value not in known:
        raise _refusal(parent, path, ", ".join(sorted(known)), value or "nothing")
    return value


def _count(line: etree._Element) -> int:
    for name in ("{*}DtldNbOfRcrds", "{*}DtldNbOfTxs"):
        found = line.find(name)
        if found is not None:
            return _integer(found)
    raise _refusal(line, "DtldNbOfRcrds", "a number of records", "nothing")


def _integer(element: etree._Element) -> int:
    value = (element.text or "").strip()
    if not (value.isascii() and value.isdigit() and len(value) <= MAX_COUNT_DIGITS):
        raise _refusal(element, etree.QName(element).localname, "a number of records", value)
    return int(value)


def _text(parent: etree._Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()


def _refusal(element: etree._Element, name: str, expected: str, found: str) -> UnreadableFeedback:
    name = name.replace("{*}", "")
    line = int(element.sourceline or 0)
    finding = Finding(
        code="FBK-001",
        field=name,
        message="{field}: expected {expected}, found {found}",
        expected=expected,
        found=found,
        line=line,
        column=name,
    )
    return UnreadableFeedback(
        f"line {line}, {name}: expected {expected}, found {found}", findings=(finding,)
    )
