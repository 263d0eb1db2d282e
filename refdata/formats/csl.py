"""The US Consolidated Screening List, CSV (International Trade Administration)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Final

from refdata.facts import ListReading
from refdata.formats import source
from refdata.formats.listed import Draft, clean
from refdata.formats.source import BadValue, Record, unusable
from refdata.formats.territories import code_of
from refdata.states import ListedKind

KINDS: Final = {
    "": ListedKind.NOT_SAID,
    "ENTITY": ListedKind.ENTITY,
    "INDIVIDUAL": ListedKind.PERSON,
    "VESSEL": ListedKind.VESSEL,
    "AIRCRAFT": ListedKind.AIRCRAFT,
}
SEVERAL: Final = ";"


def read(content: bytes) -> ListReading:
    """Return every entry of the eleven lists in it; each keeps the name of its list as programme.

    Raises UnreadableReferenceFile when there is none.
    """
    drafts: dict[str, Draft] = {}
    findings = source.Remarks()
    notes: Counter[str] = Counter()
    seen = 0
    for record in source.csv_records(content, required=("SOURCE", "NAME", "ALT_NAMES", "PROGRAMS")):
        seen += 1
        try:
            draft = _draft(record, notes)
            known = drafts.setdefault(draft.reference, draft)
            if known is not draft:
                record.refuse("REF-004", "ENTITY_NUMBER", draft.reference)
        except BadValue as bad:
            findings.append(bad.finding)
    if not seen:
        raise unusable("REF-028", expected="SOURCE")
    rows = tuple(draft.row() for draft in drafts.values())
    return ListReading(rows, tuple(findings), seen, dict(notes))


def _draft(record: Record, notes: Counter[str]) -> Draft:
    texts = record.values
    origin = record.required("SOURCE")
    if not clean(texts["NAME"]):
        record.refuse("REF-001", "NAME")
    kind = KINDS.get(record.text("TYPE").upper())
    if kind is None:
        record.refuse("REF-047", "TYPE", record.text("TYPE"))
    draft = Draft(record.line, _reference(origin, texts), kind.value, notes)
    draft.call(texts["NAME"], *texts["ALT_NAMES"].split(SEVERAL))
    draft.programmes += [origin, *texts["PROGRAMS"].split(SEVERAL)]
    for column in ("CITIZENSHIPS", "NATIONALITIES", "VESSEL_FLAG"):
        draft.of(texts.get(column))
    for address in texts.get("ADDRESSES", "").split(SEVERAL):
        draft.lives_at(address)
    draft.born(texts.get("DATES_OF_BIRTH"))
    draft.listed(texts.get("START_DATE"))
    for said in texts.get("IDS", "").split(SEVERAL):
        _number(draft, said)
    if clean(texts.get("END_DATE")):
        draft.remark(f"Ends {clean(texts['END_DATE'])}")
    for column in ("TITLE", "REMARKS", "LICENSE_REQUIREMENT", "FEDERAL_REGISTER_NOTICE"):
        draft.remark(texts.get(column))
    return draft


def _reference(origin: str, texts: Mapping[str, str]) -> str:
    """Return what names the entry for ever: its number, or its list, name and notice.

    Lists of other offices than the Treasury give no numbers, and name one firm once per notice.
    """
    number = clean(texts.get("ENTITY_NUMBER"))
    office = origin.rsplit("(", 1)[-1].split(")", 1)[0][:20]
    if number:
        return f"{office} {number}"
    columns = ("NAME", "ADDRESSES", "FEDERAL_REGISTER_NOTICE", "START_DATE", "END_DATE")
    said = "\n".join(clean(texts.get(column)) for column in columns)
    return f"{office} {hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _number(draft: Draft, said: str) -> None:
    """Read `US, 80-0890696, Tax ID No.`: perhaps a country, the number, what it is."""
    parts = [clean(part) for part in said.split(",")]
    if len(parts) > 1 and code_of(parts[0]):
        parts = parts[1:]
    if len(parts) > 1:
        draft.number(parts[-1], ", ".join(parts[:-1]))
