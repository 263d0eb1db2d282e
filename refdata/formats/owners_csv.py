"""Beneficial owners: a CSV file with the columns PARTY, NAME, KIND, SHARE and FROM.

KIND is PERSON or ENTITY, SHARE in percent (zero ends what was owned before); COUNTRY, BORN, LEI and
TO are optional. PARTY is our code, the LEI or the BIC of the party.
"""

from __future__ import annotations

from typing import Final

from kernel.identifiers import is_lei
from refdata.facts import OwnerRow, Reading
from refdata.formats import source
from refdata.formats.source import Record
from refdata.states import OwnerKind

COLUMNS: Final = ("PARTY", "NAME", "KIND", "SHARE", "FROM")
NAME_LENGTH: Final = 500
COUNTRY_LENGTH: Final = 2
DIGITS: Final = (3, 3)
WHOLE: Final = 100


def read(content: bytes) -> Reading[OwnerRow]:
    """Return one owner per line; raises UnreadableReferenceFile when there is none."""
    return source.rows_of(
        content,
        required=COLUMNS,
        expected="NAME",
        row=_row,
        key=lambda row: (row.party, row.name.casefold(), row.valid_from),
        named="NAME",
    )


def _row(record: Record) -> OwnerRow:
    party, name = record.required("PARTY"), record.required("NAME", most=NAME_LENGTH)
    kind = record.required("KIND")
    if kind not in frozenset(OwnerKind):
        record.refuse("REF-052", "KIND", kind, expected=", ".join(OwnerKind))
    record.required("SHARE")
    share = record.decimal("SHARE", digits=DIGITS)
    if share is None or not 0 <= share <= WHOLE:
        record.refuse("REF-043", "SHARE", record.text("SHARE"), expected="0 .. 100")
    record.required("FROM")
    begins, ends = record.day("FROM"), record.day("TO")
    if begins is None:
        record.refuse("REF-001", "FROM")
    if ends is not None and ends < begins:
        record.refuse("REF-016", "TO", str(ends), expected=str(begins))
    country = record.text("COUNTRY")
    if country and not (len(country) == COUNTRY_LENGTH and country.isascii() and country.isupper()):
        record.refuse("REF-057", "COUNTRY", country)
    return OwnerRow(
        line=record.line,
        party=party,
        name=name,
        kind=kind,
        country=country,
        share=share,
        birth_date=record.day("BORN") if _only(record, "BORN", kind, OwnerKind.PERSON) else None,
        lei=_lei(record, _only(record, "LEI", kind, OwnerKind.ENTITY)),
        valid_from=begins,
        valid_to=ends,
    )


def _only(record: Record, column: str, kind: str, of: OwnerKind) -> str:
    """Return a text that only one kind of owner has."""
    text = record.text(column)
    if text and kind != of:
        record.refuse("REF-058", column, text, expected=of.value)
    return text


def _lei(record: Record, text: str) -> str:
    if text and not is_lei(text):
        record.refuse("REF-006", "LEI", text)
    return text
