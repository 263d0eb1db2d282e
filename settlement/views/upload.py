"""A file of a counterparty's confirmations: what it says, what is wrong, then taken in."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import formats, status, words
from core.pages.upload import Preview, UploadPage
from settlement.facts import Told
from settlement.formats.fields import FIELDS
from settlement.forms import ConfirmationFileForm
from settlement.services import by_file, receiving

ROWS_SHOWN = 12
NUMBERS = ("quantity", "price", "amount", "version")


class ConfirmationUpload(UploadPage):
    title = _("Take in confirmations")
    action = Action.CONFIRM
    form_class = ConfirmationFileForm
    accept = ".csv,.xlsx,.txt,.fin,.mt515"
    help_text = _(
        "A table with a row for each confirmation, in the words of the counterparty: its "
        "reference, ISIN, side, quantity, price, net amount, currency, trade and settlement date. "
        "Exchanges of currencies, repos and loans name their product in a column. Or SWIFT "
        "messages, MT515 and MT518, with or without their envelope."
    )

    def preview(self, name: str, content: bytes, options: dict[str, Any]) -> Preview:
        read = by_file.read_file(name=name, content=content, options=options)
        judged = receiving.judge(read.told, only=options.get("sender"))
        findings = (*read.findings, *judged.findings)
        return Preview(
            figures=[
                (_("Confirmations"), formats.integer(len(read.told))),
                (_("New"), formats.integer(len(judged.new))),
                (_("Findings"), formats.integer(len(findings))),
            ],
            columns=[words.named(field) for field in FIELDS],
            rows=[[_written(one, field) for field in FIELDS] for one in read.told[:ROWS_SHOWN]],
            rows_total=len(read.told),
            numbers=[FIELDS.index(name) for name in NUMBERS],
            findings=findings,
            may_confirm=not findings,
            note=_(
                "A file that a person takes in is no word of the counterparty by itself: each "
                "confirmation says who took it in, and keeps the file."
            ),
        )

    def confirm(self, name: str, content: bytes, options: dict[str, Any]) -> str:
        by_file.take_in(
            name=name,
            content=content,
            options=options,
            actor=self.request.actor,
            at=timezone.now(),
        )
        return reverse("settlement:confirmations")


def _written(told: Told, field: str) -> str:
    value = getattr(told, field)
    if value in (None, ""):
        return ""
    if field == "side":
        return str(status.look(value).label)
    if field in ("quantity", "price"):
        return formats.price(value)
    if field == "amount":
        return formats.amount(value, told.currency)
    if field in ("trade_date", "settlement_date"):
        return formats.day(value)
    return str(value)
