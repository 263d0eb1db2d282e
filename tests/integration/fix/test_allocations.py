"""A counterparty instructs allocations over its session: proposed, decided by people, answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desk.models import ControlException
from tests.factories.refdata import InstrumentFactory
from tests.factories.trades import ISIN
from tests.fix import initiator
from tests.fix.initiator import Initiator, accepting
from tests.fix.messages import Body, allocation, busted, report
from tests.integration.fix.test_drop_copy import eventually
from tests.integration.trades.allocating import (
    AT,
    accounts,
    agent,
    approved,
    shares_of,
    supervisor,
    validated,
)
from trades.acceptor import connection
from trades.acceptor.server import Acceptor
from trades.models import Allocation, FixAllocation, FixMessage, FixResult, FixSession, Trade
from trades.services import allocation as services
from trades.services.fix import sessions
from trades.states import FixOutcome

pytestmark = pytest.mark.django_db(transaction=True)
RECEIVED, ACCEPTED, REJECTED = "3", "0", "1"
SHARES = {"FUND-A": "60", "FUND-B": "40"}


@pytest.fixture(name="house")
def _house() -> FixSession:
    world()
    return initiator.session()


def world() -> None:
    """Make the instrument of the reports, and accounts to share out to."""
    accounts("FUND-A", "FUND-B", "FUND-C")
    InstrumentFactory.create(isin=ISIN, code="TTE", currency="EUR")


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is owed is looked for each second: here nobody waits so long."""
    monkeypatch.setattr(connection, "LOOK_SECONDS", 0)


@pytest.fixture(name="acceptor")
def _acceptor(house: FixSession) -> Iterator[Acceptor]:
    with accepting() as acceptor:
        yield acceptor


@pytest.fixture(name="broker")
def _broker(acceptor: Acceptor) -> Iterator[Initiator]:
    broker = Initiator(acceptor.port)
    broker.log_on()
    yield broker
    broker.close()


def dealt(broker: Initiator, *names: str, **changes: str) -> list[Trade]:
    """Report fills of 100 and return their trades, validated."""
    for name in names:
        broker.say("8", *report(name, **changes))
    called = [f"{name}/20261120" for name in names]
    rows = Trade.objects.filter(source_reference__in=called).order_by("source_reference")
    eventually(lambda: rows.count() == len(names))
    return [validated(trade) for trade in rows]


def told(broker: Initiator) -> dict[int, str]:
    """Return the next acknowledgement, without its header."""
    message = broker.next()
    assert message is not None
    assert message.kind == "P", message
    return {tag: value for tag, value in message.fields if tag in {70, 75, 87, 88, 58, 128}}


def statuses(broker: Initiator, *bodies: Body) -> list[tuple[str, str]]:
    """Send instructions, one after the other, and return AllocID and AllocStatus of the answers."""
    answers = []
    for body in bodies:
        broker.say("J", *body)
        answer = told(broker)
        answers.append((answer[70], answer[87]))
    return answers


def open_exceptions() -> list[tuple[str, str]]:
    rows = ControlException.objects.filter(subject_kind="fix_message", state="OPEN")
    return list(rows.order_by("pk").values_list("rule_code", "field"))


@pytest.mark.parametrize("begin", ["FIX.4.2", "FIX.4.4", "FIXT.1.1"])
def test_a_block_is_proposed_approved_and_acknowledged(begin: str) -> None:
    world()
    initiator.session(begin_string=begin)
    with accepting() as acceptor:
        broker = Initiator(acceptor.port, begin=begin)
        broker.log_on()
        (trade,) = dealt(broker, "E1", **({"t20": "0", "t150": "2"} if "4.2" in begin else {}))
        body = allocation("A1", SHARES, executions=("E1",), t53="100", t6="101.5")
        broker.say("J", *body, head=((115, "FUND MANAGER"),))

        assert told(broker) == {70: "A1", 75: "20261120", 87: RECEIVED, 128: "FUND MANAGER"}
        found = Allocation.objects.get(state="PROPOSED")
        assert (found.proposed_by, found.reason) == ("FIX BROKER", "35=J A1")
        approved(found)

        assert told(broker) == {70: "A1", 75: "20261120", 87: ACCEPTED, 128: "FUND MANAGER"}
        broker.log_off()

    trade.refresh_from_db()
    assert trade.close_reason == "ALLOCATED"
    assert [(one.account_code, int(one.quantity)) for one in shares_of(trade)] == [
        ("FUND-A", 60), ("FUND-B", 40)
    ]  # fmt: skip
    assert open_exceptions() == []


def test_several_fills_of_one_order_are_one_block(broker: Initiator) -> None:
    dealt(broker, "E1", "E2", t11="C7", t37="O7")
    dealt(broker, "E3", t11="C8", t37="O8")

    body = allocation("A1", {"FUND-A": "150", "FUND-B": "50"}, orders=(("C7", ""),))

    assert statuses(broker, body) == [("A1", RECEIVED)]
    found = Allocation.objects.get()
    names = found.members.values_list("trade__source_reference", flat=True)
    assert sorted(names) == ["E1/20261120", "E2/20261120"]


def test_our_own_reference_names_a_block(broker: Initiator) -> None:
    (trade,) = dealt(broker, "E1")

    assert statuses(broker, allocation("A1", SHARES, executions=(trade.reference,))) == [
        ("A1", RECEIVED)
    ]


@pytest.mark.parametrize(
    ("case", "changes", "code", "rejected", "field"),
    [
        ("unknown_execution", {"executions": ("E9",)}, "FIX-018", "10", "17"),
        ("unknown_order", {"executions": (), "orders": (("C9", ""),)}, "FIX-018", "12", "11"),
        ("quantity", {"t53": "99"}, "FIX-019", "1", "53"),
        ("price", {"t6": "99"}, "FIX-019", "2", "6"),
        ("instrument", {"t48": "FR0000131104"}, "FIX-019", "11", "48"),
        ("shares", {"shares": {"FUND-A": "60"}}, "FIX-019", "8", "80"),
        ("account", {"shares": {"FUND-X": "100"}}, "ALC-001", "0", "account 1"),
        ("account_twice", {"t78": "3"}, "FIX-016", "7", "78"),
        ("nothing_stands", {"t71": "1", "t72": "A0"}, "FIX-020", "7", "72"),
    ],
)  # fmt: skip
def test_what_cannot_be_matched_is_rejected_and_waits_for_a_person(
    case: str, changes: dict[str, Any], code: str, rejected: str, field: str, broker: Initiator
) -> None:
    dealt(broker, "E1")
    broker.say("J", *allocation("A1", **({"shares": SHARES, "executions": ("E1",)} | changes)))

    answer = told(broker)

    assert (answer[87], answer[88]) == (REJECTED, rejected), case
    assert answer[58]
    assert open_exceptions() == [(code, field)]
    assert not Allocation.objects.exists()


def test_an_instruction_without_its_id_cannot_be_answered_and_waits(broker: Initiator) -> None:
    broker.say("J", *allocation("", SHARES, executions=("E1",)))

    eventually(FixResult.objects.exists)

    assert open_exceptions() == [("FIX-015", "70")]
    assert not FixAllocation.objects.exists()


def test_a_trade_of_others_is_out_of_reach(broker: Initiator) -> None:
    """What another counterparty dealt with us is unknown here, by whatever name."""
    (trade,) = dealt(broker, "E1")
    initiator.session(
        name="RIVAL", sender_comp_id="RIVAL", target_comp_id="HOUSE", source_system="RIVAL>HOUSE"
    )
    rival = Initiator(broker.socket.getpeername()[1], names=("RIVAL", "HOUSE"))
    rival.log_on()

    names = ("E1", trade.reference, trade.source_reference)
    bodies = [allocation(f"A{n}", SHARES, executions=(name,)) for n, name in enumerate(names)]

    assert [status for _id, status in statuses(rival, *bodies)] == [REJECTED] * 3
    rival.close()


def test_the_same_instruction_again_is_answered_again_and_done_once(broker: Initiator) -> None:
    dealt(broker, "E1")
    body = allocation("A1", SHARES, executions=("E1",))

    assert statuses(broker, body, body) == [("A1", RECEIVED)] * 2
    assert Allocation.objects.count() == 1
    assert statuses(broker, allocation("A1", {"FUND-C": "100"}, executions=("E1",))) == [
        ("A1", REJECTED)
    ]
    assert open_exceptions() == [("FIX-021", "70")]
    approved(Allocation.objects.get())
    assert told(broker)[87] == ACCEPTED  # once, though it came twice
    assert statuses(broker, body) == [("A1", ACCEPTED)]


def test_a_replacement_takes_the_place_of_what_waits(broker: Initiator) -> None:
    dealt(broker, "E1")
    first = allocation("A1", SHARES, executions=("E1",))
    second = allocation("A2", {"FUND-C": "100"}, t71="1", t72="A1")

    assert statuses(broker, first, second) == [("A1", RECEIVED), ("A2", RECEIVED)]
    assert sorted(Allocation.objects.values_list("state", flat=True)) == ["LAPSED", "PROPOSED"]
    approved(Allocation.objects.get(state="PROPOSED"))
    assert told(broker)[70] == "A2"


def test_a_replacement_of_what_is_in_force_is_decided_anew(broker: Initiator) -> None:
    (trade,) = dealt(broker, "E1")
    statuses(broker, allocation("A1", SHARES, executions=("E1",)))
    approved(Allocation.objects.get())
    assert told(broker)[87] == ACCEPTED

    assert statuses(broker, allocation("A2", {"FUND-C": "100"}, t71="1", t72="A1")) == [
        ("A2", RECEIVED)
    ]
    approved(Allocation.objects.get(state="PROPOSED"))

    assert told(broker)[87] == ACCEPTED
    assert [one.account_code for one in shares_of(trade)] == ["FUND-C"]


def test_a_cancellation_takes_back_what_waits(broker: Initiator) -> None:
    dealt(broker, "E1")
    statuses(broker, allocation("A1", SHARES, executions=("E1",)))

    assert statuses(broker, allocation("A2", {}, t71="2", t72="A1")) == [("A2", ACCEPTED)]
    assert Allocation.objects.get().state == "LAPSED"


def test_a_cancellation_of_what_is_in_force_asks_for_its_undoing(broker: Initiator) -> None:
    (trade,) = dealt(broker, "E1")
    statuses(broker, allocation("A1", SHARES, executions=("E1",)))
    approved(Allocation.objects.get())
    told(broker)

    assert statuses(broker, allocation("A2", {}, t71="2", t72="A1")) == [("A2", RECEIVED)]
    approved(Allocation.objects.get(state="PROPOSED"))

    assert told(broker)[87] == ACCEPTED
    trade.refresh_from_db()
    assert trade.state == "VALIDATED"


def test_who_refuses_is_heard_by_the_sender(broker: Initiator) -> None:
    dealt(broker, "E1")
    statuses(broker, allocation("A1", SHARES, executions=("E1",)))
    services.refuse_allocation(
        allocation_id=Allocation.objects.get().pk, reason="no", actor=supervisor(), at=AT
    )

    answer = told(broker)

    assert (answer[87], answer[88], answer[58]) == (REJECTED, "7", "The allocation was refused.")
    assert open_exceptions() == []


def test_a_bust_ends_what_was_proposed_and_tells_so(broker: Initiator) -> None:
    dealt(broker, "E1")
    statuses(broker, allocation("A1", SHARES, executions=("E1",)))
    broker.say("8", *busted("E2", "E1"))

    answer = told(broker)

    assert (answer[70], answer[87]) == ("A1", REJECTED)
    assert "changed" in answer[58]


def test_the_answer_waits_for_who_is_away(acceptor: Acceptor, broker: Initiator) -> None:
    """Decided while the counterparty is offline: said at its next logon, under the next number."""
    dealt(broker, "E1")
    statuses(broker, allocation("A1", SHARES, executions=("E1",)))
    broker.log_off()
    approved(Allocation.objects.get())
    again = Initiator(acceptor.port, number=broker.number)
    again.log_on()

    assert told(again)[87] == ACCEPTED
    sent = FixMessage.objects.filter(is_ours=True, kind="P").order_by("number")
    assert [b"\x0187=3\x01" in bytes(one.content) for one in sent] == [True, False]
    assert FixAllocation.objects.get().said == "ACCEPTED"
    again.close()


def test_what_its_sender_mended_is_closed(broker: Initiator) -> None:
    dealt(broker, "E1")
    bad = allocation("A1", {"FUND-X": "100"}, executions=("E1",))
    good = allocation("A1", SHARES, executions=("E1",))

    assert statuses(broker, bad, good) == [("A1", REJECTED), ("A1", RECEIVED)]
    assert open_exceptions() == []
    assert not FixResult.objects.filter(outcome="EXCEPTION").exists()


def test_a_person_takes_up_what_was_rejected(broker: Initiator) -> None:
    """The account is made after the instruction came: taken up, it is proposed, and answered."""
    dealt(broker, "E1")
    assert statuses(broker, allocation("A1", {"FUND-X": "100"}, executions=("E1",))) == [
        ("A1", REJECTED)
    ]
    accounts("FUND-X")
    message = FixMessage.objects.get(kind="J")

    outcome = sessions.take_up(message_id=message.pk, actor=agent(), at=AT)

    assert outcome is FixOutcome.COUNTED
    assert told(broker)[87] == RECEIVED
    assert open_exceptions() == []


def test_a_fill_and_its_allocation_in_one_breath(broker: Initiator) -> None:
    """The instruction may name a fill of the same moment."""
    broker.send(
        b"".join(
            [
                broker.raw("8", *report("E1")),
                broker.raw("J", *allocation("A1", SHARES, executions=("E1",))),
            ]
        )
    )

    assert told(broker)[87] == RECEIVED
    assert Allocation.objects.get().members.get().trade.isin == ISIN
