"""GLEIF legal entity records: JSON of the API (one or many) and CSV in golden-copy columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kernel.identifiers import is_lei
from refdata.facts import LeiRow, Reading
from refdata.formats import source
from refdata.formats.source import BadValue, Record, unusable

LEI, NAME = "LEI", "ENTITY.LEGALNAME"
COUNTRY, CATEGORY = "ENTITY.LEGALADDRESS.COUNTRY", "ENTITY.ENTITYCATEGORY"
ENTITY_STATUS: Final = "ENTITY.ENTITYSTATUS"
REGISTRATION_STATUS: Final = "REGISTRATION.REGISTRATIONSTATUS"
RENEWAL: Final = "REGISTRATION.NEXTRENEWALDATE"


def read(content: bytes) -> Reading[LeiRow]:
    """Return every legal entity; raises UnreadableReferenceFile when the file holds none.

    For JSON the `line` of a finding is the number of the record.
    """
    rows: dict[str, LeiRow] = {}
    findings = source.Remarks()
    seen = 0
    for record in _records(content):
        seen += 1
        try:
            row = _row(record)
            if row.lei in rows:
                record.refuse("REF-004", LEI, row.lei)
            rows[row.lei] = row
        except BadValue as bad:
            findings.append(bad.finding)
    if not seen:
        raise unusable("REF-028", expected="LEI")
    return Reading(tuple(rows.values()), tuple(findings), seen)


def _records(content: bytes) -> Iterator[Record]:
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        yield from source.csv_records(content, required=(LEI, NAME))
        return
    document = source.json_document(content)
    data = document.get("data") if isinstance(document, dict) else document
    if not isinstance(data, (dict, list)):
        raise unusable("REF-028", expected="LEI")
    for number, item in enumerate([data] if isinstance(data, dict) else data, start=1):
        yield Record(number, _flat(item))


def _flat(item: object) -> dict[str, str]:
    """Name the values of one API record as the golden copy does."""
    entity = _path(item, "attributes", "entity")
    registration = _path(item, "attributes", "registration")
    values = {
        LEI: _path(item, "attributes", "lei"),
        NAME: _path(entity, "legalName", "name"),
        COUNTRY: _path(entity, "legalAddress", "country"),
        CATEGORY: _path(entity, "category"),
        ENTITY_STATUS: _path(entity, "status"),
        REGISTRATION_STATUS: _path(registration, "status"),
        RENEWAL: _path(registration, "nextRenewalDate"),
    }
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _path(item: object, *keys: str) -> Any:  # noqa: ANN401 - whatever the document holds
    for key in keys:
        item = item.get(key) if isinstance(item, Mapping) else None
    return item


def _row(record: Record) -> LeiRow:
    lei = record.required(LEI)
    if not is_lei(lei):
        record.refuse("REF-006", LEI, lei)
    return LeiRow(
        lei=lei,
        name=record.required(NAME, most=500),
        country=record.text(COUNTRY, most=2),
        category=record.text(CATEGORY),
        entity_status=record.text(ENTITY_STATUS),
        registration_status=record.text(REGISTRATION_STATUS, most=20),
        next_renewal=record.day(RENEWAL),
    )
