"""Parties with their settlement instructions, and our own books, traders and accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db.models import QuerySet

from refdata.facts import (
    AccountFacts,
    BookFacts,
    InstructionFacts,
    PartyFacts,
    TraderFacts,
)
from refdata.models import Account, Book, Desk, Party, PartyAlias, SettlementInstruction, Trader
from refdata.rules.instructions import Judged, choose_instruction, explain_choice
from refdata.rules.names import Alike, alike
from refdata.states import InstructionState, RecordState

BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
ALIKE_MAX: Final = 8


def counterparties_by_code(codes: Iterable[str], source_system: str = "") -> dict[str, PartyFacts]:
    """Return the parties by what a message calls them: a source's alias, our code, LEI or BIC.

    A BIC that several parties have means none of them: nothing is guessed.
    """
    wanted = {code for code in codes if code}
    answer = {
        party.lei: party_facts(party) for party in Party.objects.filter(lei__in=wanted) if party.lei
    }
    answer |= {party.code: party_facts(party) for party in Party.objects.filter(code__in=wanted)}
    if source_system:
        aliases = PartyAlias.objects.filter(source_system=source_system, alias__in=wanted)
        for alias in aliases.select_related("party"):
            answer[alias.alias] = party_facts(alias.party)
    return answer | _by_bic({code for code in wanted - answer.keys() if BIC.fullmatch(code)})


def _by_bic(codes: set[str]) -> dict[str, PartyFacts]:
    """Return the one party of each BIC; eight characters name the head office, as XXX does."""
    if not codes:
        return {}
    heads = {code: code[:8] if code.endswith("XXX") else f"{code}XXX" for code in codes}
    found: dict[str, list[Party]] = {}
    for party in Party.objects.filter(bic__in={*codes, *heads.values()}):
        found.setdefault(party.bic, []).append(party)
    named = {code: [*found.get(code, ()), *found.get(heads[code], ())] for code in codes}
    return {code: party_facts(ours[0]) for code, ours in named.items() if len(ours) == 1}


def parties_alike(name: str) -> list[Alike]:
    """Return the counterparties that a name, a BIC or an LEI may mean, the likeliest first."""
    active = Party.objects.filter(is_counterparty=True, status=RecordState.ACTIVE.value)
    return alike(name, map(party_facts, active.order_by("code")), at_most=ALIKE_MAX)


def parties_by_id(ids: Iterable[int]) -> dict[int, PartyFacts]:
    """Return the known parties by primary key."""
    return {party.pk: party_facts(party) for party in Party.objects.filter(pk__in=set(ids))}


def own_firm() -> PartyFacts | None:
    """Return the firm that this system works for (the first by code), or None when unset."""
    found = Party.objects.filter(is_own_firm=True).order_by("code").first()
    return party_facts(found) if found else None


def entities_of_desks(codes: Iterable[str]) -> dict[str, str]:
    """Return the code of the entity of ours that each desk belongs to: the one that it names, or
    our own firm where there is but one; nothing is guessed among several.
    """
    ours = list(Party.objects.filter(is_own_firm=True).values_list("code", flat=True)[:2])
    only = ours[0] if len(ours) == 1 else ""
    known = Desk.objects.filter(code__in=set(codes)).values_list("code", "entity__code")
    return {code: entity or only for code, entity in known if entity or only}


def books_by_code(codes: Iterable[str]) -> dict[str, BookFacts]:
    """Return the known books by code, inactive ones too."""
    found = Book.objects.filter(code__in=set(codes)).select_related("desk")
    return {
        book.code: BookFacts(
            book_id=book.pk,
            code=book.code,
            desk_code=book.desk.code,
            active=book.status == RecordState.ACTIVE,
        )
        for book in found
    }


def books_of_desks(desks: Iterable[str]) -> list[str]:
    """Return the codes of the books of these desks."""
    return list(
        Book.objects.filter(desk__code__in=set(desks))
        .order_by("code")
        .values_list("code", flat=True)
    )


def traders_by_code(codes: Iterable[str]) -> dict[str, TraderFacts]:
    """Return the known traders by code, inactive ones too."""
    found = (
        Trader.objects.filter(code__in=set(codes)).select_related("desk").prefetch_related("books")
    )
    return {
        trader.code: TraderFacts(
            trader_id=trader.pk,
            code=trader.code,
            name=trader.name,
            desk_code=trader.desk.code,
            book_codes=frozenset(book.code for book in trader.books.all()),
            active=trader.active,
            first_name=trader.first_name,
            last_name=trader.last_name,
            birth_date=trader.birth_date,
            country=trader.country,
            branch_country=trader.branch_country,
            national_id=trader.national_id,
        )
        for trader in found
    }


def accounts_by_code(codes: Iterable[str]) -> dict[str, AccountFacts]:
    """Return our known accounts by code, inactive ones too."""
    found = Account.objects.filter(code__in=set(codes)).select_related("book")
    return {
        account.code: AccountFacts(
            account_id=account.pk,
            code=account.code,
            kind=account.kind,
            currency=account.currency,
            iban=account.iban,
            number=account.number,
            book_code=account.book.code if account.book else "",
            active=account.status == RecordState.ACTIVE,
        )
        for account in found
    }


def instructions_of(party_ids: Iterable[int]) -> list[InstructionFacts]:
    """Return every approved instruction of these parties, for `choose_instruction`."""
    return _instructions(party_ids, InstructionState.APPROVED)


def instructions_looked_at(party_ids: Iterable[int]) -> dict[int, list[InstructionFacts]]:
    """Return, by party, those too that wait for their second person, for `explain_choice`."""
    found: dict[int, list[InstructionFacts]] = {}
    states = (InstructionState.APPROVED, InstructionState.PENDING)
    for one in _instructions(party_ids, *states):
        found.setdefault(one.party_id, []).append(one)
    return found


def instructions_by_id(ids: Iterable[int]) -> dict[int, InstructionFacts]:
    """Return instructions by their ids, whatever was decided on them."""
    of_ids = SettlementInstruction.objects.filter(pk__in=set(ids))
    return {one.instruction_id: one for one in _instruction_facts(of_ids)}


def _instructions(party_ids: Iterable[int], *states: InstructionState) -> list[InstructionFacts]:
    of_them = SettlementInstruction.objects.filter(party_id__in=set(party_ids), state__in=states)
    return _instruction_facts(of_them)


def _instruction_facts(rows: QuerySet[SettlementInstruction]) -> list[InstructionFacts]:
    return [
        InstructionFacts(
            instruction_id=found.pk,
            party_id=found.party_id,
            account_id=found.account_id,
            currency=found.currency,
            asset_class=found.asset_class,
            place_of_settlement=found.place_of_settlement,
            agent_bic=found.agent_bic,
            account_number=found.account_number,
            valid_from=found.valid_from,
            valid_to=found.valid_to,
            approved=found.state == InstructionState.APPROVED,
        )
        for found in rows
    ]


def name_of_instruction(*, instruction_id: int) -> str:
    """Return where an instruction delivers, as people write it: place and account."""
    found = SettlementInstruction.objects.filter(pk=instruction_id).first()
    said = (found.place_of_settlement, found.account_number) if found else ()
    return " · ".join(one for one in said if one) or "–"


def settlement_instruction(
    *,
    party_id: int,
    currency: str,
    asset_class: str,
    settlement_date: date,
    account_id: int | None = None,
) -> InstructionFacts | None:
    """Return the approved instruction that applies, or None; for many, load `instructions_of`."""
    return choose_instruction(
        instructions_of([party_id]),
        party_id=party_id,
        currency=currency,
        asset_class=asset_class,
        settlement_date=settlement_date,
        account_id=account_id,
    )


def explained_choice(
    *,
    party_id: int,
    currency: str,
    asset_class: str,
    settlement_date: date,
    account_id: int | None = None,
) -> list[Judged]:
    """Return every instruction of a party, the one that applies first, and why."""
    return explain_choice(
        instructions_looked_at([party_id]).get(party_id, ()),
        currency=currency,
        asset_class=asset_class,
        settlement_date=settlement_date,
        account_id=account_id,
    )


def party_facts(party: Party) -> PartyFacts:
    """Return the facts of a row."""
    return PartyFacts(
        party_id=party.pk,
        code=party.code,
        name=party.name,
        lei=party.lei,
        bic=party.bic,
        country=party.country,
        is_counterparty=party.is_counterparty,
        is_own_firm=party.is_own_firm,
        active=party.status == RecordState.ACTIVE,
        lei_status=party.lei_status,
        lei_next_renewal=party.lei_next_renewal,
        nature=party.nature,
    )
