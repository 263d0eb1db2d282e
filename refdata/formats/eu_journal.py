"""Annexes of EU regulations as tables: one file per regulation, or per act that amends one.

Several files may be read one behind the other: a line that is a header begins the next one.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from typing import Final

from refdata.facts import ListReading
from refdata.formats import source
from refdata.formats.listed import Draft, clean
from refdata.formats.source import BadValue, Record, unusable
from refdata.states import ListedKind

REQUIRED: Final = ("schema", "name", "programKey", "measure")
KINDS: Final = {
    "Person": ListedKind.PERSON,
    "LegalEntity": ListedKind.ENTITY,
    "Company": ListedKind.ENTITY,
    "Organization": ListedKind.ENTITY,
    "PublicBody": ListedKind.ENTITY,
    "Vessel": ListedKind.VESSEL,
    "Airplane": ListedKind.AIRCRAFT,
    "Asset": ListedKind.ASSET,
}
NUMBERS: Final = {
    "passportNumber": "Passport",
    "idNumber": "National ID",
    "taxNumber": "Tax",
    "innCode": "INN",
    "ogrnCode": "OGRN",
    "registrationNumber": "Registration",
    "leiCode": "LEI",
    "swiftBic": "SWIFT",
    "imoNumber": "IMO",
    "mmsi": "MMSI",
    "ticker": "Ticker",
}
SEVERAL: Final = ";"


def read(content: bytes) -> ListReading:
    """Return every entry of the annexes; raises UnreadableReferenceFile when there is none."""
    drafts: dict[str, Draft] = {}
    findings = source.Remarks()
    notes: Counter[str] = Counter()
    seen = 0
    for record in _records(content):
        seen += 1
        try:
            draft = _draft(record, notes)
            known = drafts.setdefault(draft.reference, draft)
            if known is not draft:
                record.refuse("REF-004", "recordId", draft.reference)
        except BadValue as bad:
            findings.append(bad.finding)
    if not seen:
        raise unusable("REF-028", expected="schema")
    rows = tuple(draft.row() for draft in drafts.values())
    return ListReading(rows, tuple(findings), seen, dict(notes))


def _records(content: bytes) -> Iterator[Record]:
    lines = csv.reader(io.StringIO(source.decode(content), newline=""), strict=True)
    header: list[str] = []
    try:
        for cells in lines:
            if {"schema", "name"} <= set(cells) or not header:
                header = [cell.strip() for cell in cells]
                missing = [name for name in REQUIRED if name not in header]
                if missing:
                    raise unusable("REF-022", line=lines.line_num, column=missing[0])
            elif any(cell.strip() for cell in cells):
                named = dict(zip(header, cells, strict=False))
                yield Record(lines.line_num, named, has_more=len(cells) > len(header))
    except csv.Error:
        raise unusable("REF-023", line=lines.line_num) from None


def _draft(record: Record, notes: Counter[str]) -> Draft:
    texts = record.values
    schema = record.required("schema")
    kind = KINDS.get(schema)
    if kind is None:
        record.refuse("REF-047", "schema", schema)
    if not clean(texts["name"]):
        record.refuse("REF-001", "name")
    draft = Draft(record.line, _reference(record), kind.value, notes)
    for column in ("name", "alias", "previousName"):
        draft.call(*texts.get(column, "").split(SEVERAL))
    draft.call(*texts.get("weakAlias", "").split(SEVERAL), strong=False)
    for column in ("country", "nationality", "jurisdiction", "flag"):
        draft.of(texts.get(column))
    for address in texts.get("address", "").split(SEVERAL):
        draft.lives_at(address)
    draft.born(texts.get("birthDate"))
    draft.listed(texts.get("startDate"))
    draft.programmes += [texts["programKey"], texts["measure"]]
    for column, said in NUMBERS.items():
        for number in texts.get(column, "").split(SEVERAL):
            draft.number(said, number)
    draft.remark(texts.get("position"), texts.get("address"), texts.get("notes"))
    draft.remark(texts.get("reason"))
    return draft


def _reference(record: Record) -> str:
    """Return what names the entry: the act, the annex, and its number or else its name."""
    texts = record.values
    acts = (texts.get(column, "") for column in ("celex", "amendedCelex", "amendmentCelex"))
    parts = [part for part in (*map(clean, acts), clean(texts.get("annex"))) if part]
    number, name = clean(texts.get("recordId")), clean(texts["name"])
    said = "\n".join((number, name, clean(texts.get("alias")), clean(texts.get("birthDate"))))
    mark = hashlib.sha256(said.encode()).hexdigest()[:8]
    return "/".join([*parts, number, mark] if number else [*parts, mark])
