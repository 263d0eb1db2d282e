"""Every address of the house, found in the URL resolver: a new page cannot be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db.models import Count, Model, QuerySet
from django.urls import URLResolver, get_resolver, reverse

from core.models import AccessReview, Delegation, Job, JobOutcome, LoneGrant, User
from desk.models import ControlException, Request
from feeds.models import WebhookDelivery, WebhookEndpoint
from reconciliation.models import (
    Break,
    ColumnMapping,
    MatchGroup,
    ReconciliationRun,
    StatementFile,
)
from refdata import models as refdata
from reporting.models import EvidenceReport, RegulatoryReport, ReportFile
from settlement.models import Chaser, Confirmation, ToleranceProfile
from trades.models import (
    AllocationRule,
    BackTest,
    Block,
    CaptureBatch,
    CaptureFile,
    DropArrival,
    Execution,
    ExecutionMapping,
    FixMessage,
    FixSession,
    QuarantinedRow,
    Trade,
)

Arguments = Callable[[], list[tuple[Any, ...]]]

NO_PAGE: Final = {
    "core:sign_out": "posts only",
    "core:sign_in": "opened by a stranger",
    "core:choose_password": "opened by a stranger",
    "admin_sign_in": "leads to it",
    "admin_password": "a page of the framework's administration",
    "schema": "the API's description, a file",
    "reporting:activity_file": "a download",
    "reporting:access_review_file": "a download",
    "reporting:download": "a download",
    "reporting:evidence_file": "a download",
    "core:export": "a download",
    "rules:back_test_days": "a download",
    "trades:amounts": "a fragment of the ticket",
    "trades:repair": "leads to where it is repaired",
    "trades:lookup": "a fragment of the ticket",
    "trades:defaults": "answers JSON to the ticket",
    "reconciliation:of_trade": "a fragment of the trade page",
    "desk:attachment": "a download",
    "trades:attachment": "a download",
    "desk:mention": "leads to the comment",
    "desk:people": "answers JSON to the box of a comment",
    "refdata:lookup_*": "answers JSON to a combobox",
    "refdata:*_keys": "answers JSON to a combobox",
    "api-execution*": "the API",
    "api-trade*": "the API",
    "api-exceptions": "the API",
    "api-events": "the API",
    "api-allocation": "the API",
    "api-confirmations": "the API",
    "settlement:chaser_email": "a download",
    "settlement:file": "a download",
}
"""What answers a GET without being a page; everything else is opened."""

SUPERVISOR: Final = frozenset(
    {"core:audit", "core:audit_chain", "validation:queue", "validation:trade", "reporting:file"}
    | {"refdata:instruction", "desk:request", "desk:requests"}
    | {"conduct:traders", "conduct:trader", "conduct:parties"}
    | {"conduct:party", "conduct:pairs", "conduct:watches"}
    | {"reporting:evidence", "reporting:evidence_report"}
)
"""Pages that a supervisor sees with their acts; an agent opens the others."""

ADMINISTRATOR: Final = (
    *("feeds:", "rights:", "trades:fix_session_new", "trades:fix_session_edit", "trades:fix_reset"),
)
"""How the names of pages begin that only an administrator opens."""

ADMIN_PAGES: Final = ("index", "core_user_changelist", "trades_trade_changelist")


def routes() -> Iterator[tuple[str, Any]]:
    """Yield the full name and the view class of every route outside Django's own admin."""
    yield from _routes(get_resolver(), "")


def _routes(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            if found.namespace != "admin":
                yield from _routes(
                    found, f"{prefix}{found.namespace}:" if found.namespace else prefix
                )
        else:
            view = getattr(found.callback, "view_class", None) or getattr(
                found.callback, "cls", None
            )
            yield f"{prefix}{found.name}", view


def is_page(name: str, view: Any) -> bool:
    """Say whether a route answers GET with a page."""
    if getattr(view, "http_method_names", None) == ["post"] or not hasattr(view, "get"):
        return False
    return not any(_like(name, pattern) for pattern in NO_PAGE)


def _like(name: str, pattern: str) -> bool:
    head, star, tail = pattern.partition("*")
    return name.startswith(head) and name.endswith(tail) if star else name == pattern


def addresses() -> Iterator[tuple[str, str]]:
    """Yield the name and the address of every page, one for each state of its records."""
    for name, view in routes():
        if is_page(name, view):
            for arguments in _arguments(name):
                yield name, reverse(name, args=arguments)


def _arguments(name: str) -> list[tuple[Any, ...]]:
    return KEYS[name]() if name in KEYS else [()]


def _each(rows: QuerySet[Any], column: str) -> Arguments:
    """Return one record of each value of a column."""

    def found() -> list[tuple[Any, ...]]:
        keys = rows.order_by(column, "pk").distinct(column).values_list("pk", flat=True)
        return [(key,) for key in keys]

    return found


def _first(model: type[Model]) -> Arguments:
    rows = model._default_manager.order_by("pk")
    return lambda: [(key,) for key in rows.values_list("pk", flat=True)[:1]]


def _first_where(model: type[Model], **wanted: str) -> Arguments:
    rows = model._default_manager.filter(**wanted).order_by("pk")
    return lambda: [(key,) for key in rows.values_list("pk", flat=True)[:1]]


def _amended() -> list[tuple[Any, ...]]:
    several = Trade.objects.annotate(n=Count("versions")).filter(n__gt=1).order_by("pk")
    return [(key,) for key in several.values_list("pk", flat=True)[:1]]


def _nameless() -> list[tuple[Any, ...]]:
    waiting = Trade.objects.filter(counterparty=None).exclude(counterparty_code="").order_by("pk")
    return [(key,) for key in waiting.values_list("pk", flat=True)[:1]]


def _to_decide() -> list[tuple[Any, ...]]:
    waiting = Trade.objects.filter(state="PENDING_VALIDATION").order_by("-version_no", "pk")
    return [(key,) for key in waiting.values_list("pk", flat=True)[:1]]


def _emergencies() -> list[tuple[Any, ...]]:
    return list(LoneGrant.objects.filter(until__isnull=False).values_list("pk")[:1])


def _with_rows() -> list[tuple[Any, ...]]:
    return [(key,) for key in JobOutcome.objects.values_list("job_id", flat=True)[:1]]


KEYS: Final[dict[str, Arguments]] = {
    "core:job_rows": _with_rows,
    "core:job": _each(Job.objects.all(), "state"),
    "core:audit_chain": lambda: [("trade", _amended()[0][0])],
    "rights:review": _first(AccessReview),
    "rights:delegation": _first(Delegation),
    "rights:emergency": _emergencies,
    "rights:person": _each(User.objects.filter(grants__isnull=False), "grants__role"),
    "desk:exception": _each(ControlException.objects.all(), "state"),
    "desk:request": _each(Request.objects.all(), "kind"),
    "trades:detail": lambda: (
        _amended() + _each(Trade.objects.all(), "state")() + _each(Block.objects.all(), "state")()
    ),
    "trades:allocate": _first_where(Block, state="UNALLOCATED"),
    "trades:allocation_rule": _first(AllocationRule),
    "trades:amend": _to_decide,
    "trades:compare": _amended,
    "trades:counterparty": _nameless,
    "validation:trade": _to_decide,
    "trades:import": _first(CaptureBatch),
    "trades:file": _each(CaptureFile.objects.all(), "state"),
    "trades:quarantined": _each(QuarantinedRow.objects.all(), "state"),
    "trades:mapping": _first(ExecutionMapping),
    "trades:arrival": _each(DropArrival.objects.all(), "state"),
    "trades:execution": _each(Execution.objects.all(), "outcome"),
    "feeds:endpoint": _each(WebhookEndpoint.objects.all(), "state"),
    "feeds:delivery": _each(WebhookDelivery.objects.all(), "state"),
    "trades:fix_session": _first(FixSession),
    "trades:fix_session_edit": _first(FixSession),
    "trades:fix_reset": _first(FixSession),
    "trades:fix_message": _each(FixMessage.objects.all(), "kind"),
    "rules:rule": lambda: [("TRD-401",), ("HSE-001",)],
    "rules:write_version": lambda: [("HSE-001",)],
    "rules:back_test": _each(BackTest.objects.all(), "state"),
    "rules:back_test_trades": _first(BackTest),
    "reconciliation:break": _each(Break.objects.all(), "kind"),
    "reconciliation:statement": _each(StatementFile.objects.all(), "kind"),
    "reconciliation:mapping": _first(ColumnMapping),
    "reconciliation:run": _first(ReconciliationRun),
    "reconciliation:match": _each(MatchGroup.objects.all(), "state"),
    "settlement:confirmation": _each(Confirmation.objects.all(), "state"),
    "settlement:chaser": _first(Chaser),
    "settlement:profile": _each(ToleranceProfile.objects.all(), "state"),
    "reporting:report": _each(RegulatoryReport.objects.all(), "state"),
    "reporting:file": _first(ReportFile),
    "reporting:evidence_report": _first(EvidenceReport),
    "refdata:cut_off": _first(refdata.CutOff),
    "refdata:fee": _each(refdata.FeeSchedule.objects.all(), "state"),
    "refdata:agreement": _each(refdata.Agreement.objects.all(), "state"),
    "refdata:owner": _each(refdata.BeneficialOwner.objects.all(), "state"),
    "refdata:place": _each(refdata.SettlementPlace.objects.all(), "state"),
    "refdata:instrument": _first(refdata.Instrument),
    "refdata:instrument_edit": _first(refdata.Instrument),
    "refdata:party": _first(refdata.Party),
    "refdata:party_edit": _first(refdata.Party),
    "refdata:instruction": _each(refdata.SettlementInstruction.objects.all(), "state"),
    "refdata:account": _first(refdata.Account),
    "refdata:account_edit": _first(refdata.Account),
    "refdata:book": _first(refdata.Book),
    "refdata:book_edit": _first(refdata.Book),
    "refdata:desk": _first(refdata.Desk),
    "refdata:desk_edit": _first(refdata.Desk),
    "refdata:trader": _first(refdata.Trader),
    "refdata:trader_edit": _first(refdata.Trader),
    "conduct:trader": _first(refdata.Trader),
    "conduct:party": _first(refdata.Party),
    "refdata:absence": _first(refdata.Absence),
    "refdata:absence_edit": _first(refdata.Absence),
    "refdata:venue": _first(refdata.Venue),
    "refdata:calendar": _first(refdata.Calendar),
    "refdata:currency": _first(refdata.Currency),
    "refdata:import": _first(refdata.FileImport),
    "refdata:restriction": _first(refdata.Restriction),
    "refdata:hit": _first(refdata.ScreeningHit),
    "refdata:false_hit_new": _first(refdata.ScreeningHit),
    "refdata:sanctions_version": _first(refdata.ListVersion),
    "refdata:sanctions_entry": _first(refdata.ListedEntry),
}
"""Which records a page with an argument is opened on."""
