"""From a statement of holdings to the writes that it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q

from kernel.findings import Finding
from refdata.facts import HoldingRow, Reading
from refdata.models import Account, Holding, Instrument
from refdata.services.news import HOLDINGS_LOADED
from refdata.services.plans import UNKNOWN_ISIN, FilePlan, News
from refdata.services.upsert import Plan, plan_upsert

UNKNOWN_ACCOUNT: Final = Finding(
    code="REF-056", field="ACCOUNT", column="ACCOUNT", message="{found} is not one of our accounts"
)
NOTHING: Final = {"quantity": Decimal(0), "blocked": Decimal(0), "pledged": Decimal(0)}
Key = tuple[date, int, int | None, str]


def holdings(reading: Reading[HoldingRow]) -> FilePlan:
    """Plan what accounts held on days; an account or an ISIN that is not known is a finding.

    A statement is whole: what an earlier file said of the same account and day and this one does
    not say any more is held no longer.
    """
    accounts = Account.objects.in_bulk({row.account for row in reading.rows}, field_name="code")
    isins = {row.isin for row in reading.rows if row.isin}
    instruments = Instrument.objects.filter(isin__in=isins).in_bulk(field_name="isin")
    wanted: dict[Key, dict[str, Any]] = {}
    findings = []
    for row in reading.rows:
        if row.account not in accounts:
            findings.append(replace(UNKNOWN_ACCOUNT, found=row.account, line=row.line))
        elif row.isin and row.isin not in instruments:
            findings.append(replace(UNKNOWN_ISIN, found=row.isin, line=row.line))
        else:
            instrument = instruments[row.isin].pk if row.isin else None
            key = (row.day, accounts[row.account].pk, instrument, row.currency)
            wanted[key] = {name: getattr(row, name) for name in (*NOTHING, "source")}
    for key in _gone(wanted):
        wanted[key] = dict(NOTHING)
    columns = ("day", "account_id", "instrument_id", "currency")
    plan = plan_upsert(Holding, key=columns, wanted=wanted)
    return FilePlan({"holdings": plan}, tuple(findings), lambda _hand: _news(plan, accounts))


def _gone(wanted: Mapping[Key, object]) -> Sequence[Key]:
    """Return the lines of the same statements, of securities or of cash, that are not wanted."""
    statements = {(day, account, bool(currency)) for day, account, _pk, currency in wanted}
    of_these = Q(pk=None)
    for day, account, is_cash in sorted(statements):
        of_these |= Q(account=account, day=day, instrument__isnull=is_cash)
    rows = Holding.objects.filter(of_these)
    keys = rows.values_list("day", "account_id", "instrument_id", "currency")
    return [key for key in keys.order_by("pk") if key not in wanted]


def _news(plan: Plan[Holding], accounts: Mapping[str, Account]) -> News:
    """Tell whose holdings are others now: trades that wait for them are judged again."""
    changed = {row.account_id for row in (*plan.new, *plan.changed)}
    codes = sorted(code for code, account in accounts.items() if account.pk in changed)
    return [(HOLDINGS_LOADED, {"account_codes": codes})] if codes else []
