"""Framing of FIX logs: messages out of bytes, whatever separator, timestamp or junk surrounds them.

A message starts at `8=FIX…`, its separator is what stands before tag 9, and it ends at tag 10.
BodyLength and CheckSum are recomputed as if the separator were SOH, and differences are findings:
people edit logs, and a log viewer replaces bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kernel.findings import Finding, Severity

START: Final = re.compile(
    rb"(?<![0-9])8=(FIXT?\.[0-9]\.[0-9](?:SP[0-9])?)"
    rb"(?:(?P<sep><SOH>|\\x01|\^A|[\x01|;^~ \t])(?:9=(?P<length>[0-9]{1,7})(?P=sep))?)?"
)
LONGEST: Final = 1_000_000
KIND: Final = re.compile(r"[!-~]{1,8}")
MESSAGE_TYPES: Final[Mapping[str, str]] = {
    "0": "Heartbeat",
    "1": "TestRequest",
    "2": "ResendRequest",
    "3": "Reject",
    "4": "SequenceReset",
    "5": "Logout",
    "6": "IOI",
    "7": "Advertisement",
    "8": "ExecutionReport",
    "9": "OrderCancelReject",
    "A": "Logon",
    "AE": "TradeCaptureReport",
    "AK": "Confirmation",
    "AP": "PositionReport",
    "AS": "AllocationReport",
    "B": "News",
    "BB": "CollateralInquiryAck",
    "D": "NewOrderSingle",
    "E": "NewOrderList",
    "F": "OrderCancelRequest",
    "G": "OrderCancelReplaceRequest",
    "H": "OrderStatusRequest",
    "J": "AllocationInstruction",
    "P": "AllocationInstructionAck",
    "Q": "DontKnowTrade",
    "V": "MarketDataRequest",
    "W": "MarketDataSnapshot",
    "X": "MarketDataIncrementalRefresh",
    "j": "BusinessMessageReject",
    "k": "BidRequest",
    "y": "SecurityList",
}


@dataclass(frozen=True, slots=True)
class FixMessage:
    """One message: its line in the file, its fields (the first of a repeated tag), its faults."""

    line: int
    begin: str
    fields: Mapping[int, str]
    findings: tuple[Finding, ...] = ()

    @property
    def kind(self) -> str:
        code = self.fields.get(35, "")
        return MESSAGE_TYPES.get(code, f"35={code}" if KIND.fullmatch(code) else "?")

    @property
    def damaged(self) -> bool:
        """Say whether the content itself cannot be trusted."""
        return any(finding.severity is Severity.BLOCKING for finding in self.findings)


def read_messages(content: bytes) -> Iterator[FixMessage]:
    """Yield every message of a log, in order, the damaged ones with their findings."""
    starts = START.finditer(content)
    line, counted = 1, 0
    start = next(starts, None)
    while start is not None:
        after = next(starts, None)
        line += content.count(b"\n", counted, start.start())
        counted = start.start()
        limit = after.start() if after else len(content)
        yield _read(content, start, min(limit, start.start() + LONGEST), line)
        start = after


def _read(content: bytes, start: re.Match[bytes], limit: int, line: int) -> FixMessage:
    begin = start[1].decode("ascii")
    separator = start["sep"] or b"\x01"
    trailer = re.compile(re.escape(separator) + rb"10=([0-9]{3})(?![0-9])")
    end = trailer.search(content, start.end(1), limit)
    if end is None:
        return _cut(content[start.end(1) : limit], separator, begin, line)
    fields = dict(_fields(content[start.end(1) : end.start()], separator))
    findings = _verify(content, start, end, separator, line)
    return FixMessage(line=line, begin=begin, fields=fields, findings=findings)


def _cut(rest: bytes, separator: bytes, begin: str, line: int) -> FixMessage:
    fields = dict(_fields(rest.partition(b"\n")[0], separator))
    finding = Finding(
        code="FIX-003",
        field="10",
        message="The message has no end: CheckSum (10) is missing",
        line=line,
        column="10",
    )
    return FixMessage(line=line, begin=begin, fields=fields, findings=(finding,))


def _fields(body: bytes, separator: bytes) -> Iterator[tuple[int, str]]:
    """Yield tag and value, each tag once: what a repeated tag means needs its group."""
    seen: set[int] = set()
    for part in body.split(separator):
        tag, equals, value = part.partition(b"=")
        if equals and tag.isdigit() and len(tag) < 9 and int(tag) not in seen:  # noqa: PLR2004 - int
            seen.add(int(tag))
            yield int(tag), _text(value)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.decode("latin-1").strip()


def _verify(
    content: bytes, start: re.Match[bytes], end: re.Match[bytes], separator: bytes, line: int
) -> tuple[Finding, ...]:
    """Recompute both guards; a difference warns: the message is whole, but was edited."""
    whole = content[start.start() : end.start()] + separator
    wire = whole.replace(separator, b"\x01")
    total = f"{sum(wire) % 256:03d}"
    told_sum = end[1].decode("ascii")
    told_length = start["length"]
    body = content[start.end() : end.start()] + separator
    length = str(len(body.replace(separator, b"\x01")))
    sum_wrong = told_sum != total
    length_wrong = told_length is None or int(told_length) != int(length)
    findings = []
    if length_wrong:
        found = "" if told_length is None else told_length.decode("ascii")
        findings.append(_differs("FIX-002", "9", (length, found), line))
    if sum_wrong:
        findings.append(_differs("FIX-001", "10", (total, told_sum), line))
    return tuple(findings)


def _differs(code: str, field: str, values: tuple[str, str], line: int) -> Finding:
    expected, found = values
    return Finding(
        code=code,
        field=field,
        message="Tag {field} holds {found}, computed {expected}: the message was edited",
        expected=expected,
        found=found,
        severity=Severity.WARNING,
        line=line,
        column=field,
    )
