"""A file of a counterparty's confirmations that a person takes in: kept, read, received whole.

A table, or SWIFT messages: its content says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core import files, tabular
from core.access import Action, require
from core.acts import acting
from core.table_reading import Reading
from kernel.actors import Actor
from refdata import selectors as refdata
from refdata.facts import PartyFacts
from refdata.models import Party
from settlement.facts import ToldFile
from settlement.formats.confirmation_table import guess_columns, read_table
from settlement.formats.mt515 import is_swift, read_mt515
from settlement.services import receiving
from settlement.states import Door


def read_file(*, name: str, content: bytes, options: Mapping[str, Any]) -> ToldFile:
    """Read a file by its content. Raises UnreadableFile for a table that is none."""
    if is_swift(content):
        firm, sender = refdata.own_firm(), options.get("sender")
        return read_mt515(content, ours=_names(firm), theirs=_names(sender))
    table = tabular.read_table(name, content)
    reading = Reading(
        columns=guess_columns(table.columns),
        decimal_mark=options["decimal_mark"],
        date_format=options["date_format"],
    )
    typed = table.dialect == tabular.XLSX
    return read_table(table.columns, table.rows, reading, table.lines, typed=typed)


def take_in(
    *, name: str, content: bytes, options: Mapping[str, Any], actor: Actor, at: datetime
) -> receiving.Kept:
    """Keep the file and its confirmations, all or nothing, and have them matched.

    Raises Forbidden, UnreadableFile, UnableToReceive with every finding.
    """
    require(actor, Action.CONFIRM)
    read = read_file(name=name, content=content, options=options)
    if read.findings:
        raise receiving.UnableToReceive(
            _("The file cannot be read."), findings=tuple(read.findings)
        )
    with acting(actor=actor, reason=name):
        kind = "text/plain" if is_swift(content) else "text/csv"
        file = files.store(name=name, content=content, media_type=kind, actor=actor, at=at)
        return receiving.receive(
            told=read.told,
            door=Door.UPLOAD,
            actor=actor,
            at=at,
            file=file,
            only=options.get("sender"),
        )


def _names(firm: Party | PartyFacts | None) -> set[str]:
    """Return what a message may call a firm."""
    return {firm.bic, firm.lei} - {""} if firm else set()
