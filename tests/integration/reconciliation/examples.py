"""The documented trade, validated in the demo world, and the documented files taken in."""

from __future__ import annotations

from datetime import date

from backoffice.launcher import places
from core import jobs, tabular
from core.roles import Role
from core.table_reading import Reading
from reconciliation import services
from reconciliation.formats.trade_table import guess_columns
from reconciliation.models import ColumnMapping, StatementFile
from reconciliation.states import Coverage
from refdata import demo as refdata_demo
from tests.factories.trades import AT, send
from tests.integration.desk.people import person
from tests.integration.reconciliation.world import agent
from trades.formats.execution_json import read_execution
from trades.models import Trade
from trades.services import validation

EXAMPLES = places.ROOT / "docs" / "examples"
BANK, CUSTODIAN = "statement.mt940", "custodian-trades.csv"


def example_trade() -> Trade:
    """Return EXAMPLE-1, controlled and validated."""
    person("agent", Role.AGENT)
    boss = person("supervisor", Role.SUPERVISOR, limit="1000000")
    refdata_demo.seed(business_date=date(2026, 11, 20), at=AT)
    send(read_execution((EXAMPLES / "execution.json").read_bytes()))
    jobs.run_pending()
    trade = Trade.objects.get(source_reference="EXAMPLE-1")
    return validation.validate_trade(
        trade_id=trade.pk,
        seen=trade.fingerprint,
        actor=boss,
        at=AT,
    )


def example_taken_in(name: str) -> StatementFile:
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
        name="CACEIS", sender_code="CACE", reading=Reading(columns=guess_columns(headers)),
        coverage=Coverage.ALL, actor=agent(),
    )  # fmt: skip
