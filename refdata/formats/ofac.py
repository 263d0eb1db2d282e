"""OFAC lists in their CSV form: SDN.CSV or CONS_PRIM.CSV, with ALT.CSV and ADD.CSV behind them.

The files have no header and say `-0-` for nothing. Which file a line is of is told by its cells:
twelve for an entry, five for an alternative name, six for an address; so the files of one list are
read one after the other as one content. Source: OFAC, "Specification for the SDN data files".
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from refdata.facts import ListedIdentifier, ListReading
from refdata.formats import source
from refdata.formats.listed import Draft, clean, scheme_of
from refdata.formats.source import BadValue, Record, unusable
from refdata.states import IdentifierScheme, ListedKind

END_OF_FILE: Final = b"\x1a"
NOTHING: Final = "-0-"
ENTRY: Final = (
    *("NUMBER", "NAME", "TYPE", "PROGRAM", "TITLE", "CALL SIGN", "VESSEL TYPE", "TONNAGE"),
    *("GROSS TONNAGE", "FLAG", "OWNER", "REMARKS"),
)
ALTERNATIVE: Final = ("NUMBER", "ALTERNATIVE NUMBER", "TYPE", "NAME", "REMARKS")
ADDRESS: Final = ("NUMBER", "ADDRESS NUMBER", "ADDRESS", "CITY", "COUNTRY", "REMARKS")
SHAPES: Final = {len(columns): columns for columns in (ENTRY, ALTERNATIVE, ADDRESS)}
KINDS: Final = {
    "": ListedKind.ENTITY,
    "individual": ListedKind.PERSON,
    "vessel": ListedKind.VESSEL,
    "aircraft": ListedKind.AIRCRAFT,
}
REMARK: Final = re.compile(r";\s+|;$")
QUOTED: Final = re.compile(r"^(?:a\.k\.a\.|f\.k\.a\.|n\.k\.a\.)\s*['\"‘“](.+?)['\"’”]$")
BORN: Final = re.compile(r"^(?:alt\. )?DOB (.+)$")
COUNTRY: Final = re.compile(r"^(?:alt\. )?(?:nationality(?: of registration)?|citizen) (.+)$", re.I)
LISTED: Final = re.compile(r"^(?:Listing Date|Effective Date)[^:]*?:? (.*\d{4})$")
NUMBERED: Final = re.compile(
    r"^(?:alt\. )?(?P<what>(?:\w|[.#’'/-]| )*?(?:No\.?|Number|#|ID|ISIN|IMO|MMSI|SSN|BIC"
    r"|C\.U\.[RI]\.P\.|D\.N\.I\.|R\.F\.C\.|Ticker|Passport|FEIN|Code))[:\s]+(?P<value>[^()]*\d[^()]*?)\s*(?:\(.*)?$"
)


def read(content: bytes) -> ListReading:
    """Return every entry with its alternative names and countries; order of the files is free.

    Raises UnreadableReferenceFile when the content holds no entry.
    """
    drafts: dict[str, Draft] = {}
    later: list[Record] = []
    findings = source.Remarks()
    notes: Counter[str] = Counter()
    seen = 0
    for record in _records(content):
        seen += 1
        try:
            if "PROGRAM" in record.values:
                _begin(record, drafts, notes)
            elif "CITY" in record.values or "ALTERNATIVE NUMBER" in record.values:
                later.append(record)
            else:
                shapes = " / ".join(str(cells) for cells in SHAPES)
                record.refuse("REF-049", "NUMBER", str(len(record.values)), expected=shapes)
        except BadValue as bad:
            findings.append(bad.finding)
    if not drafts:
        raise unusable("REF-028", expected="SDN", more=tuple(findings[:50]))
    for record in later:
        try:
            _complete(record, drafts)
        except BadValue as bad:
            findings.append(bad.finding)
    rows = tuple(draft.row() for draft in drafts.values())
    return ListReading(rows, tuple(findings), seen, dict(notes))


def _records(content: bytes) -> Iterator[Record]:
    text = source.decode(content.replace(END_OF_FILE, b""))
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            columns = SHAPES.get(len(cells)) or tuple(map(str, range(len(cells))))
            said = ("" if cell.strip() == NOTHING else cell for cell in cells)
            yield Record(lines.line_num, dict(zip(columns, said, strict=True)))
    except csv.Error:
        raise unusable("REF-023", line=lines.line_num) from None


def _begin(record: Record, drafts: dict[str, Draft], notes: Counter[str]) -> None:
    number = record.required("NUMBER", most=20)
    if number in drafts:
        record.refuse("REF-004", "NUMBER", number)
    kind = KINDS.get(record.text("TYPE").casefold())
    if kind is None:
        record.refuse("REF-047", "TYPE", record.text("TYPE"))
    if not clean(record.values["NAME"]):
        record.refuse("REF-001", "NAME")
    draft = Draft(record.line, number, kind.value, notes)
    draft.call(record.values["NAME"])
    draft.programmes += re.split(r"\]\s*\[", record.values["PROGRAM"])
    draft.of(record.values["FLAG"])
    if record.values["CALL SIGN"]:
        draft.identifiers.append(
            ListedIdentifier(IdentifierScheme.CALL_SIGN.value, clean(record.values["CALL SIGN"]))
        )
    draft.remark(record.values["TITLE"], record.values["OWNER"])
    for remark in REMARK.split(record.values["REMARKS"]):
        _remark(draft, clean(remark).removesuffix("."))
    drafts[number] = draft


def _remark(draft: Draft, remark: str) -> None:
    """Take what a remark says into its term, or keep it as it stands."""
    readers: tuple[tuple[re.Pattern[str], Callable[[str], None]], ...] = (
        (BORN, draft.born),
        (COUNTRY, draft.of),
        (LISTED, draft.listed),
        (QUOTED, lambda name: draft.call(name, strong=False)),
    )
    for pattern, take in readers:
        met = pattern.match(remark)
        if met:
            take(met[1])
            return
    numbered = NUMBERED.match(remark)
    if numbered and scheme_of(numbered["what"]) is not IdentifierScheme.OTHER:
        draft.number(numbered["what"], re.split(r"\s(?:expires|issued)\b", numbered["value"])[0])
    draft.remark(remark)


def _complete(record: Record, drafts: dict[str, Draft]) -> None:
    number = record.required("NUMBER", most=20)
    draft = drafts.get(number)
    if draft is None:
        record.refuse("REF-048", "NUMBER", number)
    if "COUNTRY" in record.values:
        draft.of(record.values["COUNTRY"])
        return
    if not clean(record.values["NAME"]):
        record.refuse("REF-001", "NAME")
    draft.call(record.values["NAME"])
    draft.remark(record.values["REMARKS"])
