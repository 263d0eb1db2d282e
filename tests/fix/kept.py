"""Messages that a session kept, without a socket: four fills, and what became of the first."""

from __future__ import annotations

from tests.factories.trades import AT, small_world
from tests.fix import initiator
from tests.fix.messages import report
from trades.formats.fix.effects import Keep, Numbers
from trades.formats.fix.wire import encode
from trades.models import FixSession
from trades.services.fix import booking, lines
from trades.states import FixDisposition


def keep(session: FixSession, *bodies: tuple[str, tuple[tuple[int, str], ...]]) -> None:
    """Keep messages under the numbers from one on, as an acceptor does."""
    actor = lines.actor_of(session)
    held = lines.take_line(session=session, peer="127.0.0.1", actor=actor)
    assert held is not None
    effects = []
    for number, (kind, body) in enumerate(bodies, 1):
        head = ((35, kind), (34, str(number)), (49, "BROKER"), (56, "HOUSE"))
        raw = encode(session.begin_string, [*head, *body])
        taken = FixDisposition.TAKEN
        effects.append(Keep(raw, taken, 1, number, kind, dict(body).get(17, ""), waits=True))
    lines.write(held=held, effects=effects, numbers=Numbers(1, len(bodies) + 1, 1), at=AT)
    lines.leave_line(held=held, actor=actor)


def four_fills() -> FixSession:
    """Return a session that kept four fills and acted on the first."""
    small_world()
    session = initiator.session()
    keep(session, *(("8", report(f"E{number}")) for number in range(1, 5)))
    assert booking.act_on_kept(session=session, at=AT, chunk=1) == 1
    return session
