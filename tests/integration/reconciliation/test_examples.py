"""The documented statement and custodian table are accepted, match EXAMPLE-1 and show breaks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from backoffice.launcher import places
from core import jobs, tabular
from core.roles import Role
from reconciliation import services
from reconciliation.formats.trade_table import guess_columns
from reconciliation.models import Break, ColumnMapping, MatchGroup, StatementFile
from reconciliation.services.statements import SameFileTwice
from reconciliation.states import Coverage
from refdata import demo as refdata_demo
from tests.factories.trades import AT, send
from tests.integration.desk.people import person
from tests.integration.reconciliation.world import agent
from trades.formats.execution_json import read_execution
from trades.models import Trade
from trades.services import validation

pytestmark = pytest.mark.django_db
EXAMPLES = places.ROOT / "docs" / "examples"
BANK, CUSTODIAN = "statement.mt940", "custodian-trades.csv"


@pytest.fixture
def example_trade() -> Trade:
    """EXAMPLE-1 in the demo world, controlled and validated."""
    refdata_demo.seed(business_date=date(2026, 11, 20), at=AT)
    send(read_execution((EXAMPLES / "execution.json").read_bytes()))
    jobs.run_pending()
    trade = Trade.objects.get(source_reference="EXAMPLE-1")
    return validation.validate_trade(
        trade_id=trade.pk,
        seen=trade.fingerprint,
        actor=person("supervisor", Role.SUPERVISOR, limit="1000000"),
        at=AT,
    )


def taken_in(name: str) -> StatementFile:
    content = (EXAMPLES / name).read_bytes()
    plan = None if name == BANK else mapping(tabular.read_table(name, content).columns)
    file = services.receive_statement(
        name=name, content=content, mapping_id=plan and plan.pk, actor=agent(), at=AT
    )
    jobs.run_pending()
    file.refresh_from_db()
    assert file.state == "IMPORTED", file.findings
    return file


def mapping(headers: tuple[str, ...]) -> ColumnMapping:
    return services.save_mapping(
        name="CACEIS", sender_code="CACE", columns=guess_columns(headers), date_format="%Y-%m-%d",
        decimal_mark=".", coverage=Coverage.ALL, actor=agent(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reference", "difference"),
    [(BANK, "", Decimal("-12.50")), (CUSTODIAN, "CUSTODY-7", Decimal("19577.50"))],
)
def test_an_example_matches_the_trade_and_leaves_one_break(
    example_trade: Trade, name: str, reference: str, difference: Decimal
) -> None:
    file = taken_in(name)

    group = MatchGroup.objects.get(run__source=file)
    assert (group.pass_name, group.state) == ("EXACT", "CONFIRMED")
    assert group.allocations.get(side="OURS").item_id == example_trade.pk
    found = Break.objects.get()
    assert (found.category, found.reference, found.difference) == (
        "MISSING_OURS", reference, difference,
    )  # fmt: skip


@pytest.mark.parametrize("name", [BANK, CUSTODIAN])
def test_an_example_is_taken_in_once(example_trade: Trade, name: str) -> None:
    taken_in(name)

    with pytest.raises(SameFileTwice):
        taken_in(name)
