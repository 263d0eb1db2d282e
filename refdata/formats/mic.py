"""ISO 10383 market identifier codes: the official XML and CSV files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kernel.identifiers import is_lei, is_mic
from refdata.facts import Reading, VenueRow
from refdata.formats import source
from refdata.formats.source import BadValue, Record, unusable

ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
NAME: Final = "MARKET NAME-INSTITUTION DESCRIPTION"
COUNTRY: Final = "ISO COUNTRY CODE (ISO 3166)"
STATUSES: Final = {"ACTIVE": "ACTIVE", "UPDATED": "ACTIVE", "EXPIRED": "INACTIVE"}


def read(content: bytes) -> Reading[VenueRow]:
    """Return every market of the list; UPDATED is active, EXPIRED is not.

    Raises UnreadableReferenceFile when the file is not such a list or holds no market.
    """
    rows: list[VenueRow] = []
    findings = source.Remarks()
    seen = 0
    known: dict[str, int] = {}
    for record in _records(content):
        seen += 1
        try:
            row = _row(record)
            if row.mic in known:
                record.refuse("REF-004", "MIC", row.mic)
            known[row.mic] = record.line
            rows.append(row)
        except BadValue as bad:
            findings.append(bad.finding)
    if not seen:
        raise unusable("REF-028", expected="ISO10383_MIC")
    return Reading(tuple(rows), tuple(findings), seen)


def _records(content: bytes) -> Iterator[Record]:
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield from source.csv_records(content, required=("MIC", "OPERATING MIC", NAME, "STATUS"))
        return
    for element in source.xml_elements(content, local_name="ISO10383_MIC"):
        values = {_column(source.local(child)): child.text or "" for child in element}
        yield Record(int(element.sourceline or 0), values)


def _column(name: str) -> str:
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), name).strip().upper()


def _row(record: Record) -> VenueRow:
    mic, operating = record.required("MIC"), record.required("OPERATING MIC")
    for column, code in (("MIC", mic), ("OPERATING MIC", operating)):
        if not is_mic(code):
            record.refuse("REF-005", column, code, expected="4 letters or digits")
    lei = record.text("LEI")
    if lei and not is_lei(lei):
        record.refuse("REF-006", "LEI", lei)
    status = record.required("STATUS")
    if status not in STATUSES:
        record.refuse("REF-007", "STATUS", status)
    return VenueRow(
        mic=mic,
        operating_mic=operating,
        name=record.required(NAME, most=200),
        legal_entity=record.text("LEGAL ENTITY NAME", most=200),
        lei=lei,
        category=record.text("MARKET CATEGORY CODE", most=4),
        acronym=record.text("ACRONYM", most=60),
        country=record.required(COUNTRY, most=2),
        city=record.text("CITY", most=80),
        website=record.text("WEBSITE", most=120),
        status=STATUSES[status],
        valid_from=record.day("CREATION DATE", compact=True),
        valid_to=record.day("EXPIRY DATE", compact=True),
    )
