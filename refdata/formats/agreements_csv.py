"""Agreements: a CSV file with the columns PARTY, KIND, REFERENCE, COVERS, FROM and, optionally, TO.

PARTY is our code, the LEI or the BIC of the party; COVERS holds codes of what is covered, with
blanks between them, and may be empty: such a line ends what was covered before it.
"""

from __future__ import annotations

from typing import Final

from refdata.facts import AgreementRow, Reading
from refdata.formats import source
from refdata.formats.source import Record
from refdata.states import AgreementKind, Covered

COLUMNS: Final = ("PARTY", "KIND", "REFERENCE", "COVERS", "FROM")
REFERENCE_LENGTH: Final = 60


def read(content: bytes) -> Reading[AgreementRow]:
    """Return one agreement per line; raises UnreadableReferenceFile when there is none."""
    return source.rows_of(
        content,
        required=COLUMNS,
        expected="PARTY",
        row=_row,
        key=lambda row: (row.party, row.kind, row.valid_from),
        named="PARTY",
    )


def _row(record: Record) -> AgreementRow:
    party = record.required("PARTY")
    kind = _code(record, "KIND", record.required("KIND"), frozenset(AgreementKind))
    covers = frozenset(
        _code(record, "COVERS", code, frozenset(Covered)) for code in record.text("COVERS").split()
    )
    reference = record.required("REFERENCE", most=REFERENCE_LENGTH)
    record.required("FROM")
    begins, ends = record.day("FROM"), record.day("TO")
    if begins is None:
        record.refuse("REF-001", "FROM")
    if ends is not None and ends < begins:
        record.refuse("REF-016", "TO", str(ends), expected=str(begins))
    return AgreementRow(record.line, party, kind, reference, covers, begins, ends)


def _code(record: Record, column: str, text: str, known: frozenset[str]) -> str:
    if text not in known:
        record.refuse("REF-052", column, text, expected=", ".join(sorted(known)))
    return text
