"""Fills among the execution reports of a log: FIX 4.0 to 4.2, then 4.3 and later.

Up to 4.2 a fill is ExecType 1 or 2 with ExecTransType 0, 1 (cancel) or 2 (correct); from 4.3 on it
is ExecType F, G (correct) or H (cancel). A cancel or a correction names the fill that it follows in
ExecRefID (19). ExecID is unique within one trading day only, so the day is part of the reference.
What is not a fill is counted by its kind; a fill that cannot be read is a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from kernel.findings import Finding
from trades.facts import ExecutionFacts
from trades.formats.execution_checks import MAX_FOUND, REFERENCE, examine
from trades.formats.fix.frames import FixMessage, read_messages
from trades.states import Action, Capacity, Side

HOUSE_ZONE: Final = ZoneInfo("Europe/Paris")
OLD: Final = frozenset({"FIX.4.0", "FIX.4.1", "FIX.4.2"})
EXEC_TYPES: Final[Mapping[str, str]] = {
    "0": "New",
    "1": "PartialFill",
    "2": "Fill",
    "3": "DoneForDay",
    "4": "Canceled",
    "5": "Replaced",
    "6": "PendingCancel",
    "7": "Stopped",
    "8": "Rejected",
    "9": "Suspended",
    "A": "PendingNew",
    "B": "Calculated",
    "C": "Expired",
    "D": "Restated",
    "E": "PendingReplace",
    "I": "OrderStatus",
}
NEW_ACTIONS: Final[Mapping[str, Action]] = {
    "1": Action.NEW,  # obsolete since 4.3, still sent
    "2": Action.NEW,
    "F": Action.NEW,
    "G": Action.AMEND,
    "H": Action.CANCEL,
}
OLD_ACTIONS: Final[Mapping[str, Action]] = {
    "0": Action.NEW,
    "1": Action.CANCEL,
    "2": Action.AMEND,
}
SIDES: Final[Mapping[str, Side]] = {
    "1": Side.BUY,
    "2": Side.SELL,
    "3": Side.BUY,
    "4": Side.SELL,
    "5": Side.SELL,
    "6": Side.SELL,
}
CAPACITIES: Final[Mapping[str, Capacity]] = {
    "1": Capacity.AOTC,
    "2": Capacity.AOTC,
    "3": Capacity.DEAL,
    "4": Capacity.DEAL,
    "5": Capacity.MTCH,
}
TAGS: Final[Mapping[str, int]] = {
    "quantity": 32,
    "price": 31,
    "currency": 15,
    "account": 1,
    "gross_amount": 381,
    "accrued_interest": 159,
    "net_amount": 118,
    "comment": 58,
}
FIELD_TAGS: Final[Mapping[str, str]] = {
    **{name: str(tag) for name, tag in TAGS.items()},
    "source_reference": "17",
    "side": "54",
    "traded_at": "60",
    "isin": "48",
    "symbol": "55",
    "trade_date": "75",
    "settlement_date": "64",
    "counterparty": "49",
    "venue": "30",
    "version": "52",
}
MIC: Final = re.compile(r"[A-Z][A-Z0-9]{3}", re.ASCII)
MOMENT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?", re.ASCII)
DONE: Final = frozenset({"1", "2"})
NAME: Final = re.compile(REFERENCE)
COMP_ID: Final = re.compile(r"\A[!-=?-~]{1,31}\Z")
"""Sender and target name a session as `sender>target`: what joins the two is in neither."""
NAMES: Final = {
    17: (NAME, "1 to 64 printable ASCII characters"),
    19: (NAME, "1 to 64 printable ASCII characters"),
    49: (COMP_ID, "1 to 31 printable ASCII characters without blanks and >"),
    56: (COMP_ID, "1 to 31 printable ASCII characters without blanks and >"),
}
FINDINGS_MAX: Final = 10_000
ABSOLUTE_COMMISSION: Final = "3"
FILL: Final = "ExecutionReport/fill"
UNREADABLE: Final = "ExecutionReport/unreadable fill"
#: The reference of the first fill of a chain, by session and id of each of its reports.
Roots = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill, correction or cancellation: where it stood and what it says.

    `session` is `sender>target`; `follows` is the ExecID of the fill that it corrects or cancels.
    """

    line: int
    session: str
    facts: ExecutionFacts
    follows: str = ""


@dataclass(slots=True)
class FixLog:
    """A whole log: the fills, everything else counted by kind, and what is wrong where."""

    messages: int = 0
    fills: list[Fill] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def tell(self, findings: Sequence[Finding]) -> None:
        """Keep what is wrong, ten thousand times at most: what is unreadable is counted anyway."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.extend(findings)


def read_log(content: bytes) -> FixLog:
    """Read every message; each one is a fill, a count of its kind, or a finding on its line."""
    log = FixLog()
    roots: Roots = {}
    for message in read_messages(content):
        log.messages += 1
        log.tell(message.findings)
        kind = kind_of(message)
        if kind is None and not message.damaged:
            _take(message, log, roots)
        else:
            log.counts[kind or UNREADABLE] += 1
    return log


def _take(message: FixMessage, log: FixLog, roots: Roots) -> None:
    """Keep a fill, or say where and why it cannot be read."""
    found = read_fill(message, roots)
    if isinstance(found, Fill):
        log.counts[FILL] += 1
        log.fills.append(found)
    else:
        log.counts[UNREADABLE] += 1
        log.tell([placed(finding, message.line) for finding in found])


def read_fill(message: FixMessage, roots: Roots) -> Fill | tuple[Finding, ...]:
    """Read a fill under the reference of the first of its chain, which `roots` remembers."""
    tags = message.fields
    session = f"{tags.get(49, '?')}>{tags.get(56, '?')}"
    action = _action(message) or Action.NEW
    follows = tags.get(19, "") if action is not Action.NEW else ""
    root = roots.get((session, follows)) or reference_of(follows or tags.get(17, ""), tags)
    fields = identity(root, tags, action)
    if action is not Action.CANCEL:
        fields |= terms_of(tags)
    findings = [*name_findings(tags), *wrong_in(fields), *_chain_findings(message, follows)]
    if findings:
        return tuple(findings)
    roots[session, tags.get(17, "")] = root
    return Fill(
        line=message.line,
        session=session,
        facts=typed(fields, message_id=tags.get(17, "")),
        follows=follows,
    )


def wrong_in(fields: Mapping[str, object]) -> list[Finding]:
    """Return what is wrong with the fields of a fill; the currency may come from the instrument."""
    return [
        finding
        for finding in examine(fields)
        if not (finding.code == "CAP-006" and finding.field == "currency")
    ]


def reference_of(exec_id: str, tags: Mapping[int, str]) -> str:
    """Return `ExecID/YYYYMMDD`, or nothing without an ExecID."""
    sent = tags.get(60) or tags.get(122) or tags.get(52, "")
    day = tags.get(75) or (_house_day(_moment(sent)) or sent[:8]).replace("-", "")
    return f"{exec_id}/{day}" if exec_id else ""


def kind_of(message: FixMessage) -> str | None:
    """Return what is counted, or None for a fill."""
    if message.fields.get(35) != "8":
        return message.kind
    status = message.fields.get(150) or message.fields.get(39, "")
    action = _action(message)
    name = EXEC_TYPES.get(status, status or "?")
    if message.begin in OLD and message.fields.get(20) == "3":
        return "ExecutionReport/OrderStatus"
    if action is None:
        return f"ExecutionReport/{name}"
    if status in DONE and action is Action.NEW and _nothing_done(message):
        return f"ExecutionReport/{name} without a quantity"
    return None


def _action(message: FixMessage) -> Action | None:
    """Return what a report does to a trade; None when it is not about a fill."""
    tags = message.fields
    status = tags.get(150) or tags.get(39, "")
    if message.begin not in OLD:
        return NEW_ACTIONS.get(status)
    transaction = OLD_ACTIONS.get(tags.get(20, "0"))
    if transaction is Action.NEW and status not in DONE:
        return None
    return transaction


def _nothing_done(message: FixMessage) -> bool:
    return not message.fields.get(32, "").strip("0.")


def identity(root: str, tags: Mapping[int, str], action: Action) -> dict[str, object]:
    """Return which trade a report is about, and as which version of it."""
    return {
        "source_reference": root,
        "version": 1 if action is Action.NEW else _version(tags),
        "action": str(action),
    }


def terms_of(tags: Mapping[int, str]) -> dict[str, object]:
    """Return the terms of a fill as texts, so that the one check of messages judges them."""
    traded_at = _moment(tags.get(60) or tags.get(122) or tags.get(52, ""))
    fields: dict[str, object] = {name: tags[tag] for name, tag in TAGS.items() if tags.get(tag)}
    fields |= _instrument(tags)
    fields |= {
        "side": SIDES.get(tags.get(54, ""), tags.get(54)),
        "traded_at": traded_at,
        "trade_date": _day(tags.get(75, "")) or _house_day(traded_at),
        "settlement_date": _day(tags.get(64, "")),
        "counterparty": tags.get(49),
        "venue": next((tags[tag] for tag in (30, 207) if MIC.fullmatch(tags.get(tag, ""))), None),
        "capacity": CAPACITIES.get(tags.get(29, "")),
        "fees": tags.get(12) if tags.get(13) == ABSOLUTE_COMMISSION else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _instrument(tags: Mapping[int, str]) -> dict[str, object]:
    """Return the ISIN where tag 48 holds one, and the symbol with its maturity and strike."""
    names: dict[str, object] = {}
    if tags.get(22) == "4" and tags.get(48):
        names["isin"] = tags[48]
    words = [tags.get(55, ""), tags.get(200, ""), tags.get(201, ""), tags.get(202, "")]
    symbol = " ".join(word for word in words if word)
    if symbol:
        names["symbol"] = symbol
    return names


def typed(fields: Mapping[str, object], *, message_id: str) -> ExecutionFacts:
    """Return the facts of fields that passed every check."""
    values = dict(fields)
    for name, kind in (("traded_at", datetime), ("trade_date", date), ("settlement_date", date)):
        text = values.get(name)
        if isinstance(text, str):
            values[name] = msgspec.convert(text, kind)
    return ExecutionFacts(**values, message_id=message_id)  # type: ignore[arg-type]  # checked


def _version(tags: Mapping[int, str]) -> int:
    """Number a correction by when it was first sent, in microseconds: the same in every log."""
    text = _moment(tags.get(122) or tags.get(52, ""))
    try:
        sent = datetime.fromisoformat(text)
    except ValueError:
        return 0
    if sent.tzinfo is None:
        return 0
    since = sent - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _moment(text: str) -> str:
    """Turn `YYYYMMDD-HH:MM:SS[.fff]` (UTC) into ISO 8601; anything else stays as it is."""
    parts = MOMENT.fullmatch(text)
    if parts is None:
        return text
    year, month, day, hour, minute, second, fraction = parts.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}.{(fraction or '0')[:6]:0<6}+00:00"


def _day(text: str) -> str | None:
    if len(text) == len("YYYYMMDD") and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text or None


def _house_day(moment: str) -> str | None:
    """Return the day at the house: UTC evening trades belong to the next day in Paris."""
    try:
        return datetime.fromisoformat(moment).astimezone(HOUSE_ZONE).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _chain_findings(message: FixMessage, follows: str) -> list[Finding]:
    if _action(message) in (Action.AMEND, Action.CANCEL) and not follows:
        return [
            Finding(
                code="FIX-006",
                field="19",
                message="A correction or cancellation names no fill: ExecRefID (19) is missing",
            )
        ]
    return []


def name_findings(
    tags: Mapping[int, str], names: Mapping[int, tuple[re.Pattern[str], str]] = NAMES
) -> list[Finding]:
    """Say which of the names that a fill is kept under cannot be kept."""
    return [
        Finding(
            code="CAP-015",
            field=str(tag),
            message="{field} cannot be read: {found}",
            expected=expected,
            found=tags[tag][:MAX_FOUND],
        )
        for tag, (pattern, expected) in names.items()
        if tags.get(tag) and not pattern.search(tags[tag])
    ]


def placed(finding: Finding, line: int) -> Finding:
    """Return the finding on its line of the file, in the column of its FIX tag."""
    tag = FIELD_TAGS.get(finding.field, finding.field)
    return replace(finding, line=line, column=tag)


def tagged(finding: Finding) -> Finding:
    """Return the finding about the FIX tag of its field."""
    return replace(finding, field=FIELD_TAGS.get(finding.field, finding.field))
