"""Which kinds of files can be imported by command: the one table, each room adds its lines here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from django.utils.functional import Promise

from kernel.actors import Actor
from refdata import services as refdata


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


IMPORT_KINDS: Final[dict[str, ImportKind]] = {
    kind: ImportKind(found.label, partial(_reference, kind))
    for kind, found in refdata.FILE_KINDS.items()
}
