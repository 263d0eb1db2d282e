"""Rules by which the blocks of a book are shared out: proposed by one, approved by another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from core import access
from core.acts import acting
from core.reasons import reason_of
from core.roles import Action
from desk.services import approvals
from desk.states import SETTING_TRANSITIONS, SettingState
from kernel.actors import Actor, ActorKind
from kernel.findings import Finding, Refusal
from kernel.states import require_transition
from refdata import selectors as refdata
from refdata.facts import AccountFacts
from trades import selectors
from trades.models import AllocationRule, Trade
from trades.rules.shares import HUNDRED, ZERO
from trades.services import blocks
from trades.services.sharing import SHARES_MAX
from trades.states import TradeState

DECIMALS_MAX: Final = 4
MESSAGES: Final = {
    "ALC-101": N_("No book in use is called {found}"),
    "ALC-102": N_("No counterparty is called {found}"),
    "ALC-103": N_("No account of ours in use is called {found}"),
    "ALC-104": N_("The account {found} belongs to another book than {expected}"),
    "ALC-105": N_("A share must be above 0 %, with at most 4 decimals, not {found}"),
    "ALC-106": N_("The shares come to {found} %; at most {expected} %"),
    "ALC-107": N_("The account {found} has two shares"),
    "ALC-108": N_("Name at least one account, at most {expected}"),
    "ALC-109": N_("A change cannot begin in the past."),
}


class UnableToSetRule(Refusal):
    """The rule cannot be so, or would be decided by its proposer."""

    code = "UNABLE_TO_SET_ALLOCATION_RULE"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTerms:
    """What a rule says: percentages by account, and who takes what they leave over."""

    book: str
    percents: Sequence[tuple[str, Decimal]]
    valid_from: date
    counterparty: str = ""
    residual_account: str = ""
    active: bool = True


def propose_rule(*, terms: RuleTerms, reason: str, actor: Actor, at: datetime) -> AllocationRule:
    """Ask for a rule to hold from a day on, or to end. Raises Forbidden, UnableToSetRule."""
    book = refdata.books_by_code([terms.book]).get(terms.book)
    access.require(actor, Action.EDIT_REFDATA, desk=book.desk_code if book else None)
    if not reason_of(reason):
        raise UnableToSetRule(_("Give a reason."))
    findings = tuple(_findings(terms, at.date()))
    if findings:
        raise UnableToSetRule(_("The rule cannot be so."), findings=findings)
    with acting(actor=actor, reason=reason):
        return AllocationRule.objects.create(
            book_code=terms.book,
            counterparty_code=terms.counterparty,
            percents={account: f"{percent:f}" for account, percent in terms.percents},
            residual_account=terms.residual_account,
            active=terms.active,
            valid_from=terms.valid_from,
            reason=reason_of(reason),
            proposed_by=actor.name,
            proposed_at=at,
        )


def decide_rule(*, rule_id: int, approve: bool, actor: Actor, at: datetime) -> AllocationRule:
    """Put a rule in force, or refuse it; never one's own.

    The trades of its book that are there already are to be allocated from then on, too.
    Raises Forbidden, UnableToSetRule, IllegalTransition when it is decided already.
    """
    with acting(actor=actor):
        rule = AllocationRule.objects.select_for_update().get(pk=rule_id)
        book = refdata.books_by_code([rule.book_code]).get(rule.book_code)
        access.require(
            actor,
            Action.APPROVE_REFDATA,
            desk=book.desk_code if book else None,
            made_by=(rule.proposed_by,),
        )
        target = SettingState.APPROVED if approve else SettingState.REFUSED
        require_transition(SETTING_TRANSITIONS, source=SettingState(rule.state), target=target)
        if actor.kind is not ActorKind.PERSON or rule.proposed_by == actor.name:
            raise UnableToSetRule(_("You proposed this change: somebody else must decide."))
        rule.state, rule.decided_by, rule.decided_at = target.value, actor.name, at
        with approvals.deciding():
            rule.save(update_fields=["state", "decided_by", "decided_at"])
        if approve:
            _expect(rule, actor, at)
        return rule


def _expect(rule: AllocationRule, actor: Actor, at: datetime) -> None:
    over = [TradeState.CLOSED.value, TradeState.REJECTED.value, TradeState.RECEIVED.value]
    there = Trade.objects.filter(
        book_code=rule.book_code, trade_date__gte=rule.valid_from, account_code=""
    ).exclude(state__in=over)
    chunk = [selectors.facts(trade) for trade in there.order_by("pk")]
    blocks.expect(chunk, actor=actor, at=at)


def _findings(terms: RuleTerms, today: date) -> Iterator[Finding]:
    book = refdata.books_by_code([terms.book]).get(terms.book)
    if book is None or not book.active:
        yield _finding("ALC-101", "book", "", terms.book)
    if terms.counterparty and terms.counterparty not in refdata.counterparties_by_code(
        [terms.counterparty]
    ):
        yield _finding("ALC-102", "counterparty", "", terms.counterparty)
    if terms.valid_from < today:
        yield _finding("ALC-109", "valid_from", "", "")
    if not 1 <= len(terms.percents) <= SHARES_MAX:
        yield _finding("ALC-108", "percents", str(SHARES_MAX), "")
    codes = [account for account, _percent in terms.percents]
    known = refdata.accounts_by_code({*codes, terms.residual_account})
    for code in filter(None, [*codes, terms.residual_account]):
        yield from _of_account(code, known.get(code), terms.book)
    yield from _of_percents(terms.percents)


def _of_percents(percents: Sequence[tuple[str, Decimal]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for account, percent in percents:
        exponent = percent.normalize().as_tuple().exponent
        fine = isinstance(exponent, int) and exponent >= -DECIMALS_MAX
        if percent <= 0 or not fine:
            yield _finding("ALC-105", "percents", "", f"{percent:f}")
        if account in seen:
            yield _finding("ALC-107", "percents", "", account)
        seen.add(account)
    whole = sum((percent for _account, percent in percents), ZERO)
    if whole > HUNDRED:
        yield _finding("ALC-106", "percents", f"{HUNDRED:f}", f"{whole:f}")


def _of_account(code: str, account: AccountFacts | None, book: str) -> Iterator[Finding]:
    if account is None or not account.active:
        yield _finding("ALC-103", "percents", "", code)
    elif account.book_code and account.book_code != book:
        yield _finding("ALC-104", "percents", book, code)


def _finding(code: str, field: str, expected: str, found: str) -> Finding:
    return Finding(code=code, field=field, message=MESSAGES[code], expected=expected, found=found)
