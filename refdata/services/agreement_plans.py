"""From the agreements of a file to the proposals that it asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from kernel.findings import Finding
from refdata import selectors
from refdata.facts import AgreementRow, Reading
from refdata.models import Agreement
from refdata.models.agreements import COLUMN_OF
from refdata.services.plans import FilePlan
from refdata.services.upsert import Plan
from refdata.states import InstructionState

UNKNOWN_PARTY: Final = Finding(
    code="REF-053", field="PARTY", column="PARTY", message="{found} is not a known party"
)


def agreements(reading: Reading[AgreementRow]) -> FilePlan:
    """Plan a proposal for each agreement that nothing here says already, refused ones aside."""
    parties = selectors.counterparties_by_code(row.party for row in reading.rows)
    plan = Plan(Agreement)
    findings = []
    known = _said(party.party_id for party in parties.values())
    for row in reading.rows:
        party = parties.get(row.party)
        if party is None:
            findings.append(replace(UNKNOWN_PARTY, found=row.party, line=row.line))
            continue
        wanted = _agreement(row, party.party_id)
        if _content(wanted) in known:
            plan.unchanged += 1
        else:
            plan.new.append(wanted)
            known.add(_content(wanted))
    return FilePlan({"agreements": plan}, tuple(findings))


def _agreement(row: AgreementRow, party_id: int) -> Agreement:
    covers = {column: what.value in row.covers for what, column in COLUMN_OF.items()}
    return Agreement(
        party_id=party_id,
        kind=row.kind,
        reference=row.reference,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        **covers,
    )


def _content(row: Agreement) -> tuple[object, ...]:
    span = (row.valid_from, row.valid_to)
    return (row.party_id, row.kind, row.reference, frozenset(row.covered()), *span)


def _said(party_ids: Iterable[int]) -> set[tuple[object, ...]]:
    rows = Agreement.objects.filter(party__in=set(party_ids))
    return {_content(row) for row in rows.exclude(state=InstructionState.REFUSED)}
