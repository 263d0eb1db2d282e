"""Every session test definition of QuickFIX that we have, against the real acceptor over sockets.

The definitions expect an application that takes orders and sends them back, so the acceptor gets
one here; what a drop copy does is tested elsewhere. Of FIX 5.0 and its service packs there are no
definitions among the files, only dictionaries.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.test import override_settings

from tests.fix import definitions, initiator
from trades.formats.fix.wire import Fields, Wire
from trades.models import FixMessage
from trades.states import FixDisposition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FOLDER = "fix/quickfix__quickfix"
VERSIONS = {"fix42": ("FIX.4.2", "TW42", 58), "fix44": ("FIX.4.4", "TW44", 59)}
NOT_ECHOED = frozenset({8, 9, 10, 34, 35, 43, 49, 52, 56, 122})
NOT_APPLICABLE: dict[str, str] = {}
"""Definitions that do not apply, by name, each with its reason: none."""


class Echo:
    """What the definitions expect above the session: orders come back, an order sent twice once."""

    def __init__(self) -> None:
        self.orders: set[str] = set()

    def supports(self, kind: str) -> bool:
        return kind in {"D", "d"}

    def take(self, message: Wire) -> Iterable[tuple[str, Fields]]:
        known = message.get(97) == "Y" and message.get(11) in self.orders
        self.orders.add(message.get(11))
        if not known:
            yield message.kind, [field for field in message.fields if field[0] not in NOT_ECHOED]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_acceptor_passes_every_session_definition(version: str, shared_data: Path) -> None:
    begin, theirs, count = VERSIONS[version]
    folder = shared_data / FOLDER
    files = sorted((folder / version).glob("*.def"))
    assert len(files) == count
    assert set(NOT_APPLICABLE) <= {file.name for file in files}
    clock = initiator.SteppedClock()
    application = Echo()
    failed = {}
    with override_settings(FIX_DICTIONARY_DIR=str(folder / "spec")):
        initiator.session(
            begin_string=begin, sender_comp_id=theirs, target_comp_id="ISLD", user_fields=False,
            reset_on_logon=True, dictionary=f"{begin.replace('.', '')}.xml",
        )  # fmt: skip
        with initiator.accepting(application=application, clock=clock) as acceptor:
            connect = functools.partial(initiator.Peer, acceptor.port, clock=clock)
            for file in files:
                if file.name in NOT_APPLICABLE:
                    continue
                application.orders.clear()
                try:
                    definitions.run(file.read_bytes(), connect=connect, clock=clock)
                except (AssertionError, TimeoutError) as wrong:
                    failed[file.name] = str(wrong).split("\nassert")[0]

    assert failed == {}
    taken = FixMessage.objects.filter(disposition=FixDisposition.TAKEN.value)
    assert taken.count() > 3 * count, "every message was kept"
