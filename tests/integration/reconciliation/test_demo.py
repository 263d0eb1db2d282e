"""The demo week's statements go in whole and show a break of every category."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.roles import Role
from reconciliation import demo
from reconciliation.models import Break, MatchGroup, ReconciliationRun, StatementFile
from reconciliation.states import BreakCategory
from refdata.models import Account
from tests.factories import refdata
from tests.integration.desk.people import person
from tests.integration.reconciliation.world import AT, account, trade

pytestmark = pytest.mark.django_db
DAYS = (date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18))
SETTLED = (date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 24))


def test_demo_statements_show_every_category_and_repeat_nothing() -> None:
    person("agent", Role.AGENT)
    person("agent2", Role.AGENT)
    refdata.PartyFactory(code="CUSTO", is_custodian=True)
    account()
    Account.objects.create(
        code="NOSTRO-USD", name="USD", kind="CASH", currency="USD", custodian=account().custodian,
        iban="FR7630004000039876543210185",
    )  # fmt: skip
    for n in range(1, 801):
        trade(
            n,
            trade_date=DAYS[n % 3],
            settlement_date=SETTLED[n % 3],
            quantity=Decimal(n * n % 9973 + 1),
            net_amount=Decimal((n * n % 9973 + 1) * 10),
            currency="USD" if n % 5 == 0 else "EUR",
            side="BUY" if n % 2 else "SELL",
        )

    demo.seed(business_date=date(2026, 11, 20), at=AT)
    demo.seed(business_date=date(2026, 11, 20), at=AT)

    files = StatementFile.objects.all()
    assert {file.state for file in files} == {"IMPORTED"}, [file.findings for file in files]
    assert len(files) == 3 + 3 + 2
    assert {file.format for file in files} == {"TABLE", "MT940", "MT942", "CAMT053"}
    assert set(Break.objects.values_list("category", flat=True)) == set(BreakCategory)
    assert set(MatchGroup.objects.values_list("state", flat=True)) >= {"CONFIRMED", "PROPOSED"}
    assert MatchGroup.objects.filter(pass_name="SIMILAR", state="CONFIRMED").exists()
    assert set(ReconciliationRun.objects.values_list("state", flat=True)) == {"DONE"}
    assert Break.objects.filter(resolution="ACCEPTED").exists()
