"""The demo world: the rooms' own parts in the order of the day, then a job that lives the week.

What a person waits for is written at once: accounts, reference data, the executions of five days.
Control, validation, statements and reports follow as the jobs that they are in real life.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.acts import acting
from core.delegations import Loan
from core.jobs import enqueue
from core.models import Delegation, Job, JobState, RoleGrant, User
from core.roles import Role
from desk import demo as desk_demo
from desk.models import Approval
from desk.services import delegations, granting, roles
from kernel.actors import SYSTEM, Actor, ActorKind
from kernel.findings import Refusal
from refdata import demo as refdata_demo
from refdata.demo import calendars, sanctions
from refdata.demo.prices import last_weekdays
from refdata.models import Party
from refdata.services import absences
from trades import demo as trades_demo
from trades.models import Trade
from trades.services import validation
from trades.states import TradeState

PASSWORD: Final = "demo"  # noqa: S105 - the documented password of the demo, refused elsewhere
CLIENT: Final = "oms"
ACCOUNTS: Final = {
    # user: (role, first name, last name)
    "agent": (Role.AGENT, "Camille", "Petit"),
    "agent2": (Role.AGENT, "Sacha", "Girard"),
    "supervisor": (Role.SUPERVISOR, "Dominique", "Faure"),
    "supervisor2": (Role.SUPERVISOR, "Claude", "Mercier"),
    "auditor": (Role.AUDITOR, "Maxime", "Chevalier"),
    "admin": (Role.ADMINISTRATOR, "Alix", "Fontaine"),
    "admin2": (Role.ADMINISTRATOR, "Noa", "Lefèvre"),
    CLIENT: (Role.API_CLIENT, "", "Order management system"),
}
TRADES: Final = 4_000
DAYS: Final = 5
LEFT_OPEN: Final = 40
"""Of the trades of the days before, one in so many still waits for its supervisor."""
LENT: Final = (
    ("agent2", "agent", Role.AGENT, 0),
    ("supervisor", "supervisor2", Role.SUPERVISOR, 7),
)
"""Who lends whom which role, and in how many days: the first day hands over, then one is away."""
STEP: Final = validation.CHUNK
Progress = Callable[[int, int], None]
WEEK_JOB: Final = "demo.live_the_week"
LATER_ROOMS: Final = ("settlement", "reconciliation", "reporting")


class NotEmpty(Refusal):
    """The database already holds somebody's data: the demo world never mixes with it."""

    code = "DATABASE_NOT_EMPTY"


def prepare() -> None:
    """Do what needs no database, so that `seed` is shorter."""
    _demo_password()


def is_loaded() -> bool:
    """Say whether the demo day is here: all of it, for it is written in one transaction."""
    return Job.objects.filter(kind=WEEK_JOB).exists()


def seed(*, business_date: date, at: datetime, trades: int = TRADES) -> Iterator[str]:
    """Write the demo world; yield each part when it is done.

    Raises NotEmpty on a database that holds parties already.
    """
    if Party.objects.exists():
        raise NotEmpty(str(_("The database is not empty: the demo day is for a new one.")))
    _accounts(at)
    yield "accounts"
    refdata_demo.seed(business_date=business_date, at=at)
    desk_demo.seed(business_date=business_date, at=at)
    yield "reference data"
    days = last_weekdays(business_date, DAYS)
    with acting(actor=SYSTEM, reason="demo day"):
        counts = trades_demo.seed_trades(days=days, count=trades, actor=_person(CLIENT))
        dealt = trades_demo.seed_products(days=days[-2:], actor=_person(CLIENT)) if trades else {}
        counts = {name: counts.get(name, 0) + dealt.get(name, 0) for name in {**counts, **dealt}}
        trades_demo.seed_fix(business_date=business_date, at=at, messages=bool(trades))
        _queue_calendars(at)
        _queue(business_date, at)
    yield "trades: " + ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def live_the_week(
    *, business_date: date, at: datetime, progress: Progress
) -> dict[str, int] | None:
    """Validate the days before, send in the statements, report; None while controls still run.

    Safe to repeat: each step does only what is left to do.
    """
    live = Job.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    if live.filter(kind="trades.control_batch").exists():
        _queue(business_date, at + timedelta(seconds=2))
        return None
    counts = {"validated": _validate(business_date, at, progress)}
    counts["hits_found"] = sanctions.seed(
        proposer=_person("agent"), approver=_person("supervisor"), at=at
    )
    desk_demo.ask(
        agent=_person("agent2"), supervisor=_person("supervisor"), admin=_person("admin"),
        second_admin=_person("admin2"), at=at,
    )  # fmt: skip
    _validate_once(at)
    _lend(at)
    for room in LATER_ROOMS:
        if find_spec(f"{room}.demo") is not None:
            import_module(f"{room}.demo").seed(business_date=business_date, at=at)
            counts[room] = 1
    return counts


@functools.cache
def _demo_password() -> str:
    return make_password(PASSWORD)  # hashed once: a good hash is slow


def _accounts(at: datetime) -> None:
    """Make the accounts: the house lets its administrators and programs in, they the others."""
    demo_password = _demo_password()
    with acting(actor=SYSTEM, reason="demo day"):
        for username, (role, first_name, last_name) in ACCOUNTS.items():
            alone = role in (Role.ADMINISTRATOR, Role.API_CLIENT)
            user, created = User.objects.get_or_create(
                username=username,
                defaults={
                    "first_name": first_name,
                    "last_name": last_name,
                    "is_staff": role is Role.ADMINISTRATOR,
                    "password": make_password(None) if role is Role.API_CLIENT else demo_password,
                },
            )
            if created and alone:
                RoleGrant.objects.create(user=user, role=role, granted_by="system")
    for username, (role, _first, _last) in ACCOUNTS.items():
        user = User.objects.get(username=username)
        if not user.grants.exists():
            _let_in(user, role, at)


def _let_in(user: User, role: Role, at: datetime) -> None:
    """Give a role as the house does: one administrator asks, the other approves."""
    asked = roles.propose_role(
        user=user, role=role, actor=_person("admin"), at=at, reason="demo day"
    )
    roles.decide_role(proposal_id=asked.pk, approve=True, actor=_person("admin2"), at=at)


def _queue_calendars(at: datetime) -> None:
    first, last = calendars.FIRST_YEAR, calendars.LAST_YEAR
    enqueue(
        kind="refdata.load_calendars",
        parameters={"first_year": first, "last_year": last},
        title=f"{first}–{last}",
        actor=SYSTEM,
        at=at,
    )


def _queue(business_date: date, at: datetime) -> None:
    enqueue(
        kind=WEEK_JOB,
        parameters={"business_date": business_date.isoformat()},
        title=business_date.isoformat(),
        actor=SYSTEM,
        at=at,
    )


def _validate(business_date: date, at: datetime, progress: Progress) -> int:
    """Let a supervisor approve what waits from the days before, a few excepted."""
    waiting = Trade.objects.filter(
        state=TradeState.PENDING_VALIDATION, trade_date__lt=business_date
    ).order_by("pk")
    seen = [row for row in waiting.values_list("pk", "fingerprint") if row[0] % LEFT_OPEN]
    supervisor = _person("supervisor2")
    done = 0
    for start in range(0, len(seen), STEP):
        outcomes = validation.decide_many(
            seen=dict(seen[start : start + STEP]), approve=True, reason="", actor=supervisor, at=at
        )
        done += len(outcomes) - len(validation.refusals(outcomes))
        progress(start + len(outcomes), len(seen))
    return done


def _validate_once(at: datetime) -> None:
    """Let one supervisor validate a trade that takes two: it waits for the other."""
    large = Trade.objects.filter(
        state=TradeState.PENDING_VALIDATION,
        risk_amount_eur__gte=desk_demo.SEVERAL_FROM_EUR,
        risk_amount_eur__lt=desk_demo.LIMITS["supervisor"],
    )
    one = large.order_by("-pk").first()
    decided = Approval.objects.filter(is_last=False).exists()
    if one is not None and not decided:
        validation.validate_trade(
            trade_id=one.pk, seen=one.fingerprint, actor=_person("supervisor2"), at=at
        )


def _lend(at: datetime) -> None:
    """Let an agent be away from tomorrow while a colleague stands in, and a supervisor lend his
    role for some days of next week: from that day on, whichever it is. Again, it changes nothing.
    """
    if Delegation.objects.exists():
        return
    today = timezone.localdate(at)
    for lender, delegate, role, begins_in in LENT:
        first = today + timedelta(days=begins_in)
        loan = Loan(
            lender=User.objects.get(username=lender),
            delegate=User.objects.get(username=delegate),
            role=role,
            first_day=first,
            last_day=first + timedelta(days=DAYS),
        )
        asked = delegations.ask_delegation(
            loan=loan, reason="congés annuels", actor=_person(lender), at=at
        )
        granting.grant_request(
            request_id=asked.pk, seen=asked.fingerprint, actor=_person("admin2"), at=at
        )
        absences.tell_absence(
            user=loan.lender,
            first_day=first + timedelta(days=1),
            last_day=loan.last_day,
            actor=_person(lender),
            at=at,
        )


def _person(username: str) -> Actor:
    user = User.objects.get(username=username)
    kind = ActorKind.CLIENT if username == CLIENT else ActorKind.PERSON
    return Actor(name=username, kind=kind, user_id=user.pk)
