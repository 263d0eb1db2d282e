"""Which of our accounts a bank speaks of: banks write numbers in their own ways."""

from __future__ import annotations

from collections.abc import Iterable

from refdata.models import Account
from refdata.states import AccountKind

#: An account as a statement names it, and its currency.
Named = tuple[str, str]


def our_accounts(named: Iterable[Named]) -> dict[Named, Account]:
    """Return our accounts by the names that a bank gives them; those that are none of ours lack.

    Found by IBAN or number, with or without the bank code before a slash.
    """
    wanted = list(named)
    names = {part for number, _currency in wanted for part in _spellings(number)}
    accounts = Account.objects.select_related("book")
    known = [*accounts.filter(iban__in=names), *accounts.filter(number__in=names)]
    return {
        (number, currency): account
        for number, currency in wanted
        for account in known
        if account.currency == currency and {account.iban, account.number} & _spellings(number)
    }


def our_safekeeping_accounts(numbers: Iterable[str]) -> dict[str, Account]:
    """Return our accounts of securities by the numbers that a custodian gives them."""
    wanted = list(numbers)
    names = {part for number in wanted for part in _spellings(number)}
    known = list(Account.objects.filter(kind=AccountKind.SECURITIES, number__in=names))
    return {
        number: account
        for number in wanted
        for account in known
        if account.number in _spellings(number)
    }


def _spellings(number: str) -> set[str]:
    return {part for part in (number, number.replace(" ", ""), number.partition("/")[2]) if part}
