"""Versions under any deliveries, one after the other and truly at once, against a plain model.

A machine sends messages through the doors that front offices use and holds every table that the
capture writes against `versions_model`. What is delivered at once must leave what some order of the
deliveries would have left: the answers, too.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core import verification
from core.history import rows_as_of
from desk.models import ControlException, WorkItem
from kernel.actors import SYSTEM
from refdata.models import Instrument
from tests.factories import static_data
from tests.factories.trades import AT, ISIN, OMS, cancel, facts, person, small_world
from tests.integration.trades import tallied
from tests.integration.trades.versions_model import UNKNOWN, Answer, Message, Model, Version
from trades.facts import ExecutionFacts
from trades.models import CaptureBatch, Execution, MessageKey, Trade, TradeVersion
from trades.services import bulk, capture, repair
from trades.states import Channel

pytestmark = pytest.mark.django_db(transaction=True)
SLICE = 2
EXAMPLES = itertools.count(1)
MESSAGES = st.builds(
    Message,
    reference=st.sampled_from("AB"),
    version=st.integers(1, 4),
    action=st.sampled_from(["NEW", "AMEND", "AMEND", "CANCEL"]),
    content=st.sampled_from(["10", "20", UNKNOWN]),
)
DELIVERIES = st.tuples(
    st.sampled_from(["single", "bulk", "slices"]), st.lists(MESSAGES, min_size=1, max_size=5)
).map(lambda found: (found[0], found[1][:1] if found[0] == "single" else found[1]))
Delivery = tuple[str, list[Message]]
Standing = dict[str, Any]


def told_of(captured: capture.Captured) -> list[Answer]:
    return [
        Answer(str(item.status), str(item.outcome or ""), item.reason_code)
        for item in captured.items
    ]


def at_once(acts: Sequence[Callable[[], list[Answer]]]) -> list[list[Answer]]:
    """Run every act in its own thread and connection, all starting together."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], list[Answer]]) -> list[Answer]:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def compared(door: str, answers: list[Answer]) -> list[Answer]:
    """Return what one order must give of these answers.

    A slice sees what was committed before it, the next one more: which of two conflicts a message
    is in may then belong to a moment between them. That it is one does not.
    """
    if door != "slices":
        return answers
    return [replace(one, code="") if one.status == "CONFLICT" else one for one in answers]


class Sender:
    """The doors of one source system."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.symbol = f"NOPE-{source}"

    def facts_of(self, message: Message) -> ExecutionFacts:
        named = {
            "source_reference": message.reference,
            "version": message.version,
            "action": message.action,
        }
        if message.action == "CANCEL":
            return cancel(**named, comment=message.content)
        if message.content == UNKNOWN:
            return facts(**named, isin=None, symbol=self.symbol)
        return facts(**named, quantity=message.content)

    def deliver(self, delivery: Delivery) -> list[Answer]:
        door, messages = delivery
        read = [self.facts_of(message) for message in messages]
        return {"single": self._single, "bulk": self._bulk, "slices": self._slices}[door](read)

    def _single(self, read: list[ExecutionFacts]) -> list[Answer]:
        origin = capture.Origin(source_system=self.source, channel=Channel.API, by_minute=True)
        return told_of(capture.capture(messages=read, origin=origin, actor=OMS, at=AT))

    def _bulk(self, read: list[ExecutionFacts]) -> list[Answer]:
        origin = capture.Origin(source_system=self.source, channel=Channel.BULK)
        return told_of(capture.capture(messages=read, origin=origin, actor=OMS, at=AT))

    def _slices(self, read: list[ExecutionFacts]) -> list[Answer]:
        origin = capture.Origin(source_system=self.source, channel=Channel.BULK)
        order = bulk.sorted_by_identity(message.content() for message in read)
        followers = order.parted

        def once() -> list[Answer]:
            answers: dict[int, Answer] = {}
            with bulk.in_slices(followers=followers, origin=origin, actor=OMS, at=AT) as taken:
                for start in range(0, len(read), SLICE):
                    indexes = order.indexes[start : start + SLICE]
                    told = told_of(taken.take([read[n] for n in indexes]))
                    answers.update(zip(indexes, told, strict=True))
            return [answers[n] for n in range(len(read))]

        return capture.retried(once)

    def name_it(self, agent: Any) -> int:
        waiting = Execution.objects.filter(source_system=self.source, reason_code="CAP-101")
        row = waiting.latest("id")
        repair.name_instrument(
            execution_id=row.pk,
            instrument_id=Instrument.objects.get(isin=ISIN).pk,
            actor=agent,
            at=AT,
        )
        static_data.granted()
        return repair.replay_waiting(
            names=[row.content["symbol"]], actor=SYSTEM, at=AT, by_hand=True, hands=(agent.name,)
        )


def expected_of(model: Model) -> Standing:
    """Return what must stand in the tables."""
    kept = {
        (reference, *key): one
        for reference, identity in model.identities.items()
        for key, one in identity.kept.items()
    }
    booked = {name: one for name, one in model.identities.items() if one.versions}
    return {
        "messages": {key: (one.outcome, one.code) for key, one in kept.items()},
        "keys": {(name, 0 if action == "NEW" else version) for name, version, action in kept},
        "versions": {name: one.versions for name, one in booked.items()},
        "trades": {
            name: ("CLOSED" if one.is_closed else "RECEIVED", one.versions[-1])
            for name, one in booked.items()
        },
        "waiting": {
            key: [(WAITING[one.outcome], one.code)]
            for key, one in kept.items()
            if one.outcome in WAITING
        },
    }


WAITING = {"PARKED": "PARKED", "EXCEPTION": "CAPTURE"}


def found_of(source: str) -> Standing:
    """Return what stands in the tables of this source."""
    executions = {row.pk: row for row in Execution.objects.filter(source_system=source)}
    keys = MessageKey.objects.filter(source_system=source)
    trades = {row.pk: row for row in Trade.objects.filter(source_system=source)}
    assert len({row.source_reference for row in trades.values()}) == len(trades)
    assert {key.execution_id for key in keys} == set(executions)
    versions: dict[str, list[Version]] = defaultdict(list)
    for row in TradeVersion.objects.filter(trade__in=trades).order_by("trade_id", "version_no"):
        content = _content(row)
        name = trades[row.trade_id].source_reference
        versions[name].append(Version(row.version_no, row.action, row.source_version, content))
    return {
        "messages": {_key(row): (row.outcome, row.reason_code) for row in executions.values()},
        "keys": {(key.source_reference, key.slot) for key in keys},
        "versions": dict(versions),
        "trades": {
            row.source_reference: (row.state, _head(row, versions[row.source_reference][-1]))
            for row in trades.values()
        },
        "waiting": _waiting(executions),
    }


def _key(row: Execution) -> tuple[str, int, str]:
    return (row.source_reference, row.source_version, row.action)


def _content(row: TradeVersion | Trade) -> str:
    """A cancellation leaves the terms as they stood: they are read where they stand."""
    return UNKNOWN if row.quantity == 100 else f"{int(row.quantity)}"


def _head(row: Trade, last: Version) -> Version:
    """Return the current terms of a trade as the version that they must be."""
    return Version(row.version_no, last.action, row.source_version, _content(row))


def _waiting(executions: dict[int, Execution]) -> dict[tuple[str, int, str], list[Any]]:
    """Return what persons see of these messages: each open exception with a work item."""
    rows = ControlException.objects.filter(
        subject_kind="execution", subject_id__in=executions, state="OPEN"
    )
    open_work = set(
        WorkItem.objects.filter(
            subject_kind="exception", subject_id__in=[row.pk for row in rows], state="OPEN"
        ).values_list("subject_id", flat=True)
    )
    found: dict[tuple[str, int, str], list[Any]] = defaultdict(list)
    for row in rows:
        assert row.pk in open_work
        found[_key(executions[row.subject_id])].append((row.kind, row.rule_code))
    return dict(found)


class Versions(RuleBasedStateMachine):
    """One source system and its deliveries."""

    def __init__(self) -> None:
        super().__init__()
        self.sender = Sender(f"S{next(EXAMPLES)}")
        self.model = Model()

    @rule(delivery=DELIVERIES)
    def deliver(self, delivery: Delivery) -> None:
        assert self.sender.deliver(delivery) == self.model.deliver(delivery[1])

    @rule(deliveries=st.lists(DELIVERIES, min_size=2, max_size=3))
    def deliver_at_once(self, deliveries: list[Delivery]) -> None:
        answers = at_once([lambda one=one: self.sender.deliver(one) for one in deliveries])
        found = found_of(self.sender.source)
        for order in itertools.permutations(range(len(deliveries))):
            model = deepcopy(self.model)
            told = {n: model.deliver(deliveries[n][1]) for n in order}
            same = all(
                compared(door, told[n]) == compared(door, answers[n])
                for n, (door, _messages) in enumerate(deliveries)
            )
            if same and expected_of(model) == found:
                self.model = model
                return
        raise AssertionError(f"no order of these leaves {found} with {answers}")

    @rule()
    def name_the_instrument(self) -> None:
        """No precondition: what waits after deliveries at once differs from run to run."""
        if self.model.waits_for_a_name():
            assert self.sender.name_it(person()) == self.model.name_it()

    @invariant()
    def the_tables_say_what_the_model_says(self) -> None:
        assert found_of(self.sender.source) == expected_of(self.model)

    def teardown(self) -> None:
        """The trail tells of every trade what stands, and every batch of its own is closed."""
        trades = {row.pk: row for row in Trade.objects.filter(source_system=self.sender.source)}
        told = rows_as_of(Trade, keys=trades, at=datetime.now(UTC) + timedelta(minutes=1))
        assert {row.pk: _audited(row) for row in told} == {
            pk: _audited(row) for pk, row in trades.items()
        }
        batches = CaptureBatch.objects.filter(source_system=self.sender.source, window_key=None)
        assert all(batch.counts for batch in batches)
        assert tallied.told() == tallied.counted()


def _audited(row: Trade) -> tuple[object, ...]:
    head = (row.version_no, row.source_version, row.state, row.close_reason, row.fingerprint)
    return (*head, row.quantity)


def test_deliveries_of_any_kind_leave_what_the_model_says() -> None:
    small_world()

    run_state_machine_as_test(
        Versions,
        settings=settings(
            max_examples=20,
            stateful_step_count=12,
            deadline=None,
            phases=[Phase.generate],  # what races is not the same twice: nothing to shrink
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert verification.verify().problems == []
