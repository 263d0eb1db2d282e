"""Which kinds of files can be imported by command: the one table, each room adds its lines here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import files
from core.access import Action, require
from core.acts import acting
from kernel.actors import Actor
from reconciliation import services as reconciliation
from refdata import services as refdata
from trades.services import imports as executions


@dataclass(frozen=True, slots=True)
class ImportKind:
    """How a file of one kind goes in; `run(name, content, actor, at)` returns counts to print."""

    label: str | Promise
    run: Callable[[str, bytes, Actor, datetime], Mapping[str, object]]


def _reference(
    kind: str, name: str, content: bytes, actor: Actor, at: datetime
) -> Mapping[str, object]:
    loaded = refdata.load_file(kind=kind, name=name, content=content, actor=actor, at=at)
    return {
        "import": loaded.pk,
        "good_rows": loaded.good_rows,
        "bad_rows": loaded.bad_rows,
        **loaded.counts,
        "findings": loaded.findings,
    }


def _fix_log(name: str, content: bytes, actor: Actor, at: datetime) -> Mapping[str, object]:
    require(actor, Action.IMPORT_FILE)
    executions.read_fix(content=content)
    with acting(actor=actor, reason=name):
        file = files.store(name=name, content=content, media_type="text/plain", actor=actor, at=at)
        batch = executions.import_fix(file=file, actor=actor, at=at)
    return {"import": batch.pk, **batch.counts, "findings": batch.findings}


def _statement(name: str, content: bytes, actor: Actor, at: datetime) -> Mapping[str, object]:
    received = reconciliation.receive_statement(
        name=name, content=content, mapping_id=None, actor=actor, at=at
    )
    booked = reconciliation.import_statement(file_id=received.pk, actor=actor, at=at)
    return {
        "file": booked.pk,
        "state": booked.state,
        "lines": booked.declared_rows,
        "findings": booked.findings,
    }


IMPORT_KINDS: Final[dict[str, ImportKind]] = {
    **{
        kind: ImportKind(found.label, partial(_reference, kind))
        for kind, found in refdata.FILE_KINDS.items()
    },
    "fix": ImportKind(_("Executions in a FIX log"), _fix_log),
    "statement": ImportKind(_("Statement of a bank or custodian (cash or securities)"), _statement),
}
