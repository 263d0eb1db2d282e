"""The consolidated list of EU financial sanctions, CSV (version 1.1, separated by semicolons).

An entry is spread over many lines (one per name, address, day of birth, citizenship and document),
which share its logical id. Source: European Commission, FSF "CSV, version 1.1".
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final

from refdata.facts import ListReading
from refdata.formats import source
from refdata.formats.listed import Draft, clean, first_day
from refdata.formats.source import BadValue, Record, unusable
from refdata.states import ListedKind

KINDS: Final = {
    "P": ListedKind.PERSON,
    "PERSON": ListedKind.PERSON,
    "E": ListedKind.ENTITY,
    "ENTERPRISE": ListedKind.ENTITY,
}
ID: Final = "ENTITY_LOGICALID"
REFERENCE: Final = "ENTITY_EU_REFERENCENUMBER"
SUBJECT: Final = "ENTITY_SUBJECTTYPE"
WHOLE: Final = "NAMEALIAS_WHOLENAME"
GIVEN: Final = ("NAMEALIAS_FIRSTNAME", "NAMEALIAS_MIDDLENAME", "NAMEALIAS_LASTNAME")
WEAK: Final = "low quality alias"
COUNTRIES: Final = (
    ("ADDRESS_COUNTRYISO2CODE", "ADDRESS_COUNTRYDESCRIPTION"),
    ("CITIZENSHIP_COUNTRYISO2CODE", "CITIZENSHIP_COUNTRYDESCRIPTION"),
)
NOT_SAID: Final = frozenset({"", "00", "UNKNOWN"})


def read(content: bytes) -> ListReading:
    """Return every entry with all its names; raises UnreadableReferenceFile when there is none."""
    drafts: dict[str, Draft] = {}
    findings = source.Remarks()
    notes: Counter[str] = Counter()
    seen, as_of = 0, None
    records = source.csv_records(content, required=(ID, SUBJECT, WHOLE), delimiter=";")
    for record in records:
        seen += 1
        try:
            _take(record, drafts, notes)
            as_of = as_of or _generated(record)
        except BadValue as bad:
            findings.append(bad.finding)
    if not seen:
        raise unusable("REF-028", expected=ID)
    for reference, draft in list(drafts.items()):
        if not draft.names:
            del drafts[reference]
            nameless = Record(draft.line, {})
            try:
                nameless.refuse("REF-001", WHOLE)
            except BadValue as bad:
                findings.append(bad.finding)
    rows = tuple(draft.row() for draft in drafts.values())
    return ListReading(rows, tuple(findings), seen, dict(notes), as_of)


def _generated(record: Record) -> date | None:
    return first_day(record.values.get("FILEGENERATIONDATE", ""))


def _take(record: Record, drafts: dict[str, Draft], notes: Counter[str]) -> None:
    texts = record.values
    number = record.required(ID, most=40)
    said = clean(texts.get(f"{SUBJECT}_CLASSIFICATIONCODE")) or clean(texts.get(SUBJECT))
    draft = drafts.get(number)
    if draft is None:
        kind = KINDS.get(said.upper())
        if kind is None:
            record.refuse("REF-047", SUBJECT, said)
        draft = Draft(record.line, clean(texts.get(REFERENCE)) or number, kind.value, notes)
        drafts[number] = draft
    parts = " ".join(filter(None, (clean(texts.get(part)) for part in GIVEN)))
    weak = WEAK in texts.get("NAMEALIAS_REMARK", "").casefold()
    draft.call(clean(texts.get(WHOLE)) or parts, strong=not weak)
    draft.programmes.append(texts.get("ENTITY_REGULATION_PROGRAMME", ""))
    draft.listed(texts.get("ENTITY_DESIGNATIONDATE"))
    draft.born(texts.get("BIRTHDATE_BIRTHDATE") or texts.get("BIRTHDATE_YEAR"))
    for code, name in COUNTRIES:
        known = clean(texts.get(code)).upper()
        draft.of(texts.get(name) if known in NOT_SAID else known)
    kind_of_number = texts.get("IDENTIFICATION_TYPEDESCRIPTION", "")
    draft.number(kind_of_number, texts.get("IDENTIFICATION_NUMBER"))
    draft.remark(texts.get("NAMEALIAS_FUNCTION"), texts.get("ENTITY_REMARK"))
