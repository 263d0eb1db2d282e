"""The real FIX logs: every message a fill, a count of its kind or a finding, with exact numbers."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from trades.formats.fix import FixLog, read_log, read_messages

ORCHESTRA = "FIXTradingCommunity__fix-log-to-orchestra"
VIEWER = "quickfix__quickfix-logviewer"


def log(folder: Path, name: str) -> FixLog:
    return read_log((folder / "fix" / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "messages", "fills", "kinds"),
    [
        (f"{ORCHESTRA}/20200105.txt", 1, 0, {"NewOrderSingle": 1}),
        (
            f"{ORCHESTRA}/FIX.4.2-KOD-BON.messages.part1.log",
            1200,
            0,
            {"ExecutionReport/New": 595, "NewOrderSingle": 595, "Heartbeat": 6, "Logon": 2,
             "ResendRequest": 1, "SequenceReset": 1},
        ),
        (
            f"{ORCHESTRA}/FIXT.1.1-EXEC-BANZAI.messages.log",
            94,
            0,
            {"ExecutionReport/Fill without a quantity": 42, "NewOrderSingle": 42, "Logon": 4,
             "BidRequest": 2, "NewOrderList": 2, "Logout": 2},
        ),
        (
            f"{ORCHESTRA}/Montran_order_messages.log",
            12,
            2,
            {"ExecutionReport/PendingNew": 2, "ExecutionReport/New": 2, "ExecutionReport/fill": 2,
             "NewOrderSingle": 2, "Logon": 2, "Logout": 2},
        ),
        (f"{ORCHESTRA}/UDFinNestedGroups.txt", 1, 0, {"NewOrderSingle": 1}),
        (
            "jamesdbrock__hffix/test/data/fix.4.1.set.1",
            16,
            2,
            {"ExecutionReport/Fill without a quantity": 3, "ExecutionReport/fill": 2,
             "NewOrderSingle": 3, "Logon": 2, "Heartbeat": 2, "OrderCancelRequest": 2, "Reject": 2},
        ),
        (
            f"{VIEWER}/small.log",
            84,
            8,
            {"ExecutionReport/fill": 8, "ExecutionReport/New": 8, "ExecutionReport/Rejected": 4,
             "ExecutionReport/Canceled": 4, "Heartbeat": 24, "Logon": 16, "NewOrderSingle": 16,
             "OrderCancelRequest": 4},
        ),
        (
            f"{VIEWER}/test.log",
            22,
            2,
            {"ExecutionReport/fill": 2, "ExecutionReport/New": 2, "ExecutionReport/Rejected": 1,
             "ExecutionReport/Canceled": 1, "Heartbeat": 6, "Logon": 4, "NewOrderSingle": 4,
             "OrderCancelRequest": 1, "MarketDataRequest": 1},
        ),
        (
            f"{VIEWER}/testDelimiter.log",
            20,
            2,
            {"ExecutionReport/fill": 2, "ExecutionReport/New": 2, "ExecutionReport/Rejected": 1,
             "ExecutionReport/Canceled": 1, "Heartbeat": 6, "Logon": 4, "NewOrderSingle": 3,
             "OrderCancelRequest": 1},
        ),
        (
            "unknown_public_repo_index_id_60317037623/fix44_quickfix116_golden_frames.txt",
            10,
            0,
            {"ExecutionReport/unreadable fill": 1, "NewOrderSingle": 1, "NewOrderList": 1,
             "OrderCancelReject": 1, "AllocationReport": 1, "TradeCaptureReport": 1,
             "PositionReport": 1, "CollateralInquiryAck": 1, "SecurityList": 1, "Confirmation": 1},
        ),
        ("wannabegeek__PyFIX/pyfix_msg_1.fix", 1, 0, {"AllocationInstruction": 1}),
    ],
)  # fmt: skip
def test_every_message_of_a_real_log_is_accounted_for(
    shared_data: Path, name: str, messages: int, fills: int, kinds: dict[str, int]
) -> None:
    read = log(shared_data, name)

    assert (read.messages, len(read.fills)) == (messages, fills)
    assert dict(read.counts) == kinds
    assert sum(read.counts.values()) == messages


def test_a_fill_says_what_was_dealt(shared_data: Path) -> None:
    fill = log(shared_data, f"{ORCHESTRA}/Montran_order_messages.log").fills[0]

    assert fill.session == "MONTRANTS>FIXTESTA"
    assert fill.line == 14
    assert fill.facts.source_reference == "21/20200713"
    assert (fill.facts.symbol, fill.facts.side) == ("ADB03M", "BUY")
    assert Decimal(fill.facts.quantity or 0) == 100
    assert Decimal(fill.facts.price or 0) == 95


def test_an_unreadable_fill_names_line_and_tag(shared_data: Path) -> None:
    name = "unknown_public_repo_index_id_60317037623/fix44_quickfix116_golden_frames.txt"

    findings = log(shared_data, name).findings

    assert [(f.code, f.line, f.column) for f in findings] == [
        ("CAP-006", 2, "32"),
        ("CAP-006", 2, "31"),
    ]


def test_wrong_guards_are_told_and_a_cut_message_blocks(shared_data: Path) -> None:
    edited = Counter(f.code for f in log(shared_data, f"{VIEWER}/small.log").findings)
    cut = log(shared_data, f"{ORCHESTRA}/UDFinNestedGroups.txt").findings

    assert edited == {"FIX-001": 84, "FIX-002": 84}
    assert [(f.code, f.severity) for f in cut] == [("FIX-003", "BLOCKING")]


def wire(separator: str, **changes: str) -> bytes:
    """Return one good FIX 4.4 fill with its guards, in the dress of a separator."""
    tags = {"35": "8", "34": "6", "49": "BROKER", "52": "20261120-10:00:00.250", "56": "US",
            "17": "E1", "54": "1", "55": "TTE", "150": "F", "31": "101.5", "32": "100",
            "15": "EUR", "60": "20261120-10:00:00"} | changes  # fmt: skip
    body = "".join(f"{tag}={value}\x01" for tag, value in tags.items() if value)
    head = f"8=FIX.4.4\x019={len(body)}\x01"
    total = sum((head + body).encode()) % 256
    return (head + body + f"10={total:03d}\x01").replace("\x01", separator).encode()


@pytest.mark.parametrize("separator", ["\x01", "|", ";", "^", " ", "^A", "<SOH>", "~"])
@pytest.mark.parametrize("prefix", ["", "2026-11-20 10:00:00,123 INFO <in> (", "junk 8=\n"])
def test_separators_and_prefixes_change_nothing(separator: str, prefix: str) -> None:
    read = read_log(prefix.encode() + wire(separator) + b")\r\nmore junk")

    assert not read.findings
    assert read.fills[0].facts.source_reference == "E1/20261120"


@pytest.mark.parametrize(
    ("case", "changes", "action", "reference"),
    [
        ("trade", {}, "NEW", "E1/20261120"),
        ("correct", {"150": "G", "17": "E2", "19": "E1"}, "AMEND", "E1/20261120"),
        ("bust", {"150": "H", "17": "E3", "19": "E1"}, "CANCEL", "E1/20261120"),
    ],
)
def test_corrections_follow_the_first_fill(
    case: str, changes: dict[str, str], action: str, reference: str
) -> None:
    facts = read_log(wire("|") + wire("|", **changes)).fills[-1].facts

    assert (facts.action, facts.source_reference) == (action, reference), case


def test_a_correction_without_its_reference_is_a_finding() -> None:
    read = read_log(wire("|", **{"150": "H"}))

    assert [f.code for f in read.findings] == ["FIX-006"]
    assert not read.fills


def test_a_truncated_log_loses_only_its_last_message() -> None:
    whole = wire("\x01") + wire("\x01", **{"17": "E9"})

    messages = list(read_messages(whole[:-8]))

    assert [m.damaged for m in messages] == [False, True]
