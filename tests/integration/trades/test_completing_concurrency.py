"""Static data comes late while the source amends: versions stay whole, no word is lost."""

from __future__ import annotations

import pytest

from refdata.models import PartyAlias
from tests.factories import refdata as refdata_factories
from tests.factories import static_data
from tests.factories.trades import AT, booked, facts, person, send
from tests.integration.trades.test_concurrency import at_once
from trades.models import Execution, Trade, TradeVersion
from trades.services import repair
from trades.services.plan import ItemStatus

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_name_that_is_explained_while_the_source_amends() -> None:
    for n in range(4):
        booked(source_reference=f"R-{n}", counterparty="Soc Gen", quantity=f"{n + 1}")
    soge = refdata_factories.PartyFactory.create(code="SOGE", is_counterparty=True)
    actor = person("ana")

    def name_it() -> list[ItemStatus]:
        repair.complete_waiting(names=["Soc Gen"], actor=actor, at=AT, by_hand=True)
        return []

    def amend() -> list[ItemStatus]:
        messages = [
            facts(source_reference=f"R-{n}", version=2, action="AMEND", counterparty="Soc Gen",
                  quantity="77")
            for n in reversed(range(4))
        ]  # fmt: skip
        return [item.status for item in send(*messages).items]

    static_data.entered(PartyAlias(source_system="OMS", alias="Soc Gen", party=soge))
    statuses = at_once(name_it, amend)
    repair.complete_waiting(names=["Soc Gen"], actor=actor, at=AT)

    assert statuses == [ItemStatus.CREATED] * 4
    for trade in Trade.objects.order_by("pk"):
        versions = list(TradeVersion.objects.filter(trade=trade).order_by("version_no"))
        assert [one.version_no for one in versions] == list(range(1, trade.version_no + 1))
        assert [one.source_version for one in versions] == sorted(
            one.source_version for one in versions
        )
        assert (trade.counterparty, trade.quantity, trade.source_version) == (soge, 77, 2)
        messages = Execution.objects.filter(trade=trade)
        assert {one.execution_id for one in versions} == set(
            messages.values_list("pk", flat=True)
        ), "each version has its message, each message its version"


def test_two_who_explain_the_same_name_leave_one_version_of_it() -> None:
    trade = booked(counterparty="Soc Gen")
    soge = refdata_factories.PartyFactory.create(code="SOGE", is_counterparty=True)
    people = [person(name) for name in ("ana", "bob")]

    def explain(n: int) -> list[ItemStatus]:
        repair.complete_waiting(names=["Soc Gen"], actor=people[n], at=AT)
        return []

    static_data.entered(PartyAlias(source_system="OMS", alias="Soc Gen", party=soge))
    at_once(lambda: explain(0), lambda: explain(1))

    assert TradeVersion.objects.filter(trade=trade).count() == 2
