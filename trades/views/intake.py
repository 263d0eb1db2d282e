"""What comes in: imports with their counts, uploads with a preview, messages that wait."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from core import access
from core.access import Action
from core.columns import said
from core.pages import DetailPage, ListPage, Tab, formats, status, words
from core.pages.upload import Preview, UploadPage
from core.remarks import recalled
from trades import selectors
from trades.facts import ExecutionFacts
from trades.filters import BatchFilter, ExecutionFilter
from trades.formats.fix import UNREADABLE, FixLog
from trades.models import CaptureBatch, Execution
from trades.services import imports
from trades.states import Outcome
from trades.tables import BatchTable, ExecutionTable
from trades.views import repairs

ROWS_SHOWN = 20


class CapturePage(ListPage):
    """Imports, latest first, with what waits and the ways in."""

    title = _("Capture")
    action = Action.VIEW_TRADES
    template_name = "trades/capture.html"
    filterset_class = BatchFilter
    table_class = BatchTable
    tabs = (
        Tab(_("All")),
        Tab(_("API"), "channel=API&channel=BULK"),
        Tab(_("Files"), "channel=FILE&channel=FIX"),
        Tab(_("By hand"), "channel=MANUAL"),
    )
    export_name = "imports"
    empty_text = _("Nothing came in yet.")

    def get_queryset(self) -> QuerySet[CaptureBatch]:
        return selectors.list_batches()

    def row_url(self, record: CaptureBatch) -> str:
        return f"/trades/imports/{record.pk}/"

    def extra_context(self) -> dict[str, Any]:
        return {
            "waiting": selectors.list_waiting(actor=self.request.actor).count(),
            "sees_fix": access.desks_of(self.request.actor, Action.VIEW_TRADES) is None,
            "quarantined": selectors.count_in_quarantine(actor=self.request.actor),
            "may_import": access.allows(self.request.actor, Action.IMPORT_FILE),
            "may_capture": access.allows(self.request.actor, Action.CAPTURE_TRADE),
        }


class ImportDetail(DetailPage):
    """One import: how many messages of which kind, what became of them, what is wrong where."""

    title = _("Import")
    action = Action.VIEW_TRADES
    template_name = "trades/import.html"

    def get_queryset(self) -> QuerySet[CaptureBatch]:
        return selectors.list_batches()

    def extra_context(self) -> dict[str, Any]:
        batch: CaptureBatch = self.object
        counts = {name: n for name, n in (self.object.told or {}).items() if n}
        kinds = counts.pop("kinds", {})
        return {
            "subtitle": batch.file.name if batch.file else batch.source_system,
            "counts": [(COUNT_NAMES.get(name, name), n) for name, n in counts.items()],
            "kinds": [
                (_kind(kind), n)
                for kind, n in sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))
            ],
            "findings": [recalled(shape) for shape in batch.findings],
            "executions": selectors.list_executions(actor=self.request.actor)
            .filter(batch=batch)
            .exclude(outcome=Outcome.BOOKED.value)
            .order_by("id")[:ROWS_SHOWN],
        }


COUNT_NAMES = {
    "messages": _("Messages"),
    "rows": _("Rows"),
    "booked": pgettext_lazy("trades", "Booked"),
    "parked": _("Parked"),
    "exception": _("Exceptions"),
    "ignored": pgettext_lazy("trades", "Ignored"),
    "repeated": pgettext_lazy("trades", "Repeated"),
    "conflict": _("Conflicts"),
    "released": _("Messages released"),
    "invalid": _("Unreadable"),
    "refused": _("Rows refused"),
    "asked": _("Cancellations to ask for"),
}
FIX_KINDS = {
    "ExecutionReport/fill": _("ExecutionReport: fill"),
    "ExecutionReport/unreadable fill": _("ExecutionReport: unreadable fill"),
}


def _kind(kind: str) -> str:
    """Name what a message of a FIX log is: FIX has words for it, but for what we made of it."""
    named, without, _rest = kind.partition(" without a quantity")
    if without:
        return _t("%(kind)s without a quantity") % {"kind": named}
    return str(FIX_KINDS.get(kind, kind))


class WaitingList(ListPage):
    """Messages that did not become a trade yet."""

    title = _("Messages")
    action = Action.VIEW_TRADES
    filterset_class = ExecutionFilter
    table_class = ExecutionTable
    tabs = (
        Tab(_("All")),
        Tab(_("Exceptions"), "outcome=EXCEPTION"),
        Tab(_("Parked"), "outcome=PARKED"),
        Tab(pgettext_lazy("trades", "Ignored"), "outcome=IGNORED"),
    )
    export_name = "messages"
    empty_text = _("No message was kept yet.")

    def get_queryset(self) -> QuerySet[Execution]:
        name = Coalesce(said("content", "isin"), said("content", "symbol"))
        return selectors.list_executions(actor=self.request.actor).annotate(instrument_name=name)

    def row_url(self, record: Execution) -> str:
        return f"/trades/executions/{record.pk}/"


class ExecutionDetail(DetailPage):
    """One message: what it says, what became of it, and the click that lets it go on."""

    title = _("Message")
    action = Action.VIEW_TRADES
    template_name = "trades/execution.html"

    def get_queryset(self) -> QuerySet[Execution]:
        return selectors.list_executions(actor=self.request.actor).select_related("batch", "trade")

    def extra_context(self) -> dict[str, Any]:
        release = selectors.find_release(execution_id=self.object.pk)
        return repairs.of_instrument(self.request, self.object) | {"release": release}


class UploadFix(UploadPage):
    title = _("Upload a FIX log")
    action = Action.IMPORT_FILE
    accept = ".log,.txt,.fix,text/plain"
    help_text = _(
        "Execution reports become trades; everything else is counted. Any separator, with or"
        " without timestamps."
    )

    def preview(self, name: str, content: bytes, options: dict[str, Any]) -> Preview:
        imports.refuse_known(content)
        log = imports.read_fix(content=content)
        return Preview(
            figures=(
                (_("Messages"), formats.integer(log.messages)),
                (_("Fills"), formats.integer(len(log.fills))),
                *((_kind(kind), formats.integer(n)) for kind, n in sorted(log.counts.items())),
            ),
            columns=PREVIEW_COLUMNS,
            numbers=PREVIEW_NUMBERS,
            rows=[_preview(fill.facts) for fill in log.fills[:ROWS_SHOWN]],
            findings=log.findings,
            note=_note_on(log),
        )

    def confirm(self, name: str, content: bytes, options: dict[str, Any]) -> str:
        actor, at = self.request.actor, timezone.now()
        return f"/jobs/{imports.queue_fix(name=name, content=content, actor=actor, at=at).pk}/"


def _note_on(log: FixLog) -> str:
    """Say what of a log becomes no trade although one would think so."""
    if unreadable := log.counts[UNREADABLE]:
        told = ngettext(
            "%(n)s fill cannot be read and becomes no trade: its findings say why.",
            "%(n)s fills cannot be read and become no trade: their findings say why.",
            unreadable,
        )
        return told % {"n": formats.integer(unreadable)}
    if not log.fills:
        return _t("There is no fill in this log: its messages will only be counted.")
    return ""


PREVIEW_COLUMNS = (
    _("Source reference"),
    _("Action"),
    _("Instrument"),
    _("Side"),
    _("Quantity"),
    _("Price"),
    _("Currency"),
    _("Traded at"),
)
PREVIEW_NUMBERS = (4, 5)


def _preview(facts: ExecutionFacts) -> tuple[str, ...]:
    return (
        facts.source_reference,
        str(status.look(facts.action, of="execution").label),
        facts.isin or facts.symbol or "",
        str(status.look(facts.side).label) if facts.side else "",
        words.said(facts.quantity, "quantity"),
        words.said(facts.price, "price"),
        facts.currency or "",
        formats.moment(facts.traded_at),
    )
