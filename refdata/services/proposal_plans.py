"""From the rows of a file to the proposals that it asks for: what is said already is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final, Protocol, TypeVar

from kernel.findings import Finding
from refdata import selectors
from refdata.facts import AgreementRow, OwnerRow, Reading
from refdata.models import Agreement, BeneficialOwner
from refdata.models.agreements import COLUMN_OF
from refdata.models.proposals import Proposed
from refdata.services.plans import FilePlan
from refdata.services.upsert import Plan
from refdata.states import InstructionState

UNKNOWN_PARTY: Final = Finding(
    code="REF-053", field="PARTY", column="PARTY", message="{found} is not a known party"
)
RowT = TypeVar("RowT", bound="OfParty")
ModelT = TypeVar("ModelT", bound=Proposed)
Content = tuple[object, ...]


class OfParty(Protocol):
    """A row of a file about a party."""

    @property
    def line(self) -> int: ...
    @property
    def party(self) -> str: ...


def agreements(reading: Reading[AgreementRow]) -> FilePlan:
    """Plan a proposal for each agreement that nothing here says already, refused ones aside."""
    return _plan("agreements", reading, Agreement, _agreement, _of_agreement)


def owners(reading: Reading[OwnerRow]) -> FilePlan:
    """Plan a proposal for each owner that nothing here says already, refused ones aside."""
    return _plan("owners", reading, BeneficialOwner, _owner, _of_owner)


def _plan(
    noun: str,
    reading: Reading[RowT],
    model: type[ModelT],
    made: Callable[[RowT, int], ModelT],
    content: Callable[[ModelT], Content],
) -> FilePlan:
    parties = selectors.counterparties_by_code(row.party for row in reading.rows)
    plan = Plan(model)
    findings = []
    known = {content(row) for row in _said(model, (one.party_id for one in parties.values()))}
    for row in reading.rows:
        party = parties.get(row.party)
        if party is None:
            findings.append(replace(UNKNOWN_PARTY, found=row.party, line=row.line))
            continue
        wanted = made(row, party.party_id)
        if content(wanted) in known:
            plan.unchanged += 1
        else:
            plan.new.append(wanted)
            known.add(content(wanted))
    return FilePlan({noun: plan}, tuple(findings))


def _said(model: type[ModelT], party_ids: Iterable[int]) -> Iterable[ModelT]:
    manager: Any = model._default_manager  # noqa: SLF001 - Django's documented manager
    return manager.filter(party__in=set(party_ids)).exclude(state=InstructionState.REFUSED)  # type: ignore[no-any-return]  # a manager of the model


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


def _of_agreement(row: Agreement) -> Content:
    span = (row.valid_from, row.valid_to)
    return (row.party_id, row.kind, row.reference, frozenset(row.covered()), *span)


def _owner(row: OwnerRow, party_id: int) -> BeneficialOwner:
    return BeneficialOwner(
        party_id=party_id,
        name=row.name,
        kind=row.kind,
        country=row.country,
        share=row.share,
        birth_date=row.birth_date,
        lei=row.lei,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _of_owner(row: BeneficialOwner) -> Content:
    who = (row.party_id, row.name.casefold(), row.kind, row.country, row.birth_date, row.lei)
    return (*who, row.share, row.valid_from, row.valid_to)
