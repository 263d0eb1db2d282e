"""FIRDS instrument files of ESMA: full (auth.017) and delta (auth.036.001.02 and .03).

A delta wraps each record in NewRcrd, ModfdRcrd, TermntdRcrd or CancRcrd; a reader that looks for
RefData only finds instruments and extracts none. That is refused, not answered with an empty list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from babel.numbers import is_currency
from lxml import etree

from kernel.identifiers import is_cfi, is_isin, is_lei, is_mic
from refdata.facts import ListingRow, Reading
from refdata.formats import source
from refdata.formats.source import BadValue, Record, unusable

CHANGES: Final = {
    "NewRcrd": "NEW",
    "ModfdRcrd": "MODIFIED",
    "TermntdRcrd": "TERMINATED",
    "CancRcrd": "CANCELLED",
    "RefData": "FULL",
}
GENERAL, VENUE = "FinInstrmGnlAttrbts", "TradgVnRltdAttrbts"
DEBT: Final = "DebtInstrmAttrbts"
NEVER: Final = "9999-12-31"
NOMINAL_DIGITS: Final = (18, 10)
YEARS_OF_BONDS: Final = range(1900, 9999)
"""A bond of a thousand years exists."""


def read(content: bytes) -> Reading[ListingRow]:
    """Return every record, keyed by (ISIN, MIC).

    Raises UnreadableReferenceFile when instruments were seen but none could be extracted.
    """
    rows: list[ListingRow] = []
    findings = source.Remarks()
    notes: dict[str, int] = {}
    seen = 0
    for seen, (change, record) in enumerate(_records(content), start=1):  # noqa: B007 - counted
        try:
            rows.append(_row(change, record))
            notes[change] = notes.get(change, 0) + 1
        except BadValue as bad:
            findings.append(bad.finding)
    if not seen:
        raise unusable("REF-028", expected="FIRDS")
    if not rows:
        raise unusable("REF-030", found=str(seen), more=tuple(findings[:50]))
    return Reading(tuple(rows), tuple(findings), seen, notes)


def _records(content: bytes) -> Iterator[tuple[str, Record]]:
    for instrument in source.xml_elements(content, local_name="FinInstrm"):
        yield from _record(instrument)
    if b"<RefData" in content or b":RefData" in content:
        for data in source.xml_elements(content, local_name="RefData"):
            yield "FULL", _flat(data)


def _record(instrument: etree._Element) -> Iterator[tuple[str, Record]]:
    for child in instrument:
        name = source.local(child)
        if name in CHANGES:
            yield CHANGES[name], _flat(child)
        elif name:
            yield "", Record(int(child.sourceline or 0), {"": name})


def _flat(element: etree._Element) -> Record:
    """Name each leaf by its path below the record: `TradgVnRltdAttrbts/Id`."""
    values: dict[str, str] = {}

    def walk(node: etree._Element, path: str) -> None:
        for child in node:
            name = source.local(child)
            if name:
                below = f"{path}/{name}" if path else name
                if not len(child):
                    values.setdefault(below, child.text or "")
                walk(child, below)

    walk(element, "")
    return Record(int(element.sourceline or 0), values)


def _end(record: Record, column: str) -> date | None:
    """Return the day on which a listing or a bond ends; 9999-12-31 is how FIRDS writes never."""
    if record.text(column).startswith(NEVER):
        return None
    return record.day(column, years=YEARS_OF_BONDS)


def _row(change: str, record: Record) -> ListingRow:
    if not change:
        record.refuse("REF-008", "FinInstrm", record.text(""))
    isin = record.required(f"{GENERAL}/Id")
    mic = record.required(f"{VENUE}/Id")
    cfi = record.text(f"{GENERAL}/ClssfctnTp")
    currency = record.text(f"{GENERAL}/NtnlCcy")
    issuer = record.text("Issr")
    checks = (
        ("REF-009", f"{GENERAL}/Id", isin, is_isin(isin)),
        ("REF-005", f"{VENUE}/Id", mic, is_mic(mic)),
        ("REF-010", f"{GENERAL}/ClssfctnTp", cfi, not cfi or is_cfi(cfi)),
        ("REF-006", "Issr", issuer, not issuer or is_lei(issuer)),
        ("REF-045", f"{GENERAL}/NtnlCcy", currency, not currency or is_currency(currency)),
    )
    for code, column, found, good in checks:
        if not good:
            record.refuse(code, column, found)
    return ListingRow(
        change=change,
        isin=isin,
        mic=mic,
        name=record.text(f"{GENERAL}/FullNm", most=350),
        short_name=record.text(f"{GENERAL}/ShrtNm", most=40),
        cfi=cfi,
        currency=currency,
        issuer_lei=issuer,
        admitted_on=record.day(f"{VENUE}/FrstTradDt"),
        terminated_on=_end(record, f"{VENUE}/TermntnDt"),
        maturity_date=_end(record, f"{DEBT}/MtrtyDt"),
        nominal=record.decimal(f"{DEBT}/NmnlValPerUnit", digits=NOMINAL_DIGITS),
        coupon_rate=record.decimal(f"{DEBT}/IntrstRate/Fxd"),
    )
