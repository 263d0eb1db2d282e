"""Report files against the official schemas of the operator's directory."""

from __future__ import annotations

from datetime import datetime

from core import files
from core.acts import acting
from kernel.actors import Actor
from reporting import selectors
from reporting.formats import schemas
from reporting.models import ReportFile
from reporting.states import ReportFileState, SchemaCheck


def check_file(*, file_id: int, actor: Actor, at: datetime) -> ReportFile:
    """Ask the schemas about a file that is not released yet, and keep the answer.

    VALID or INVALID with the first messages; UNCHECKED with the names of the schemas that are
    missing. A released file keeps the answer with which it was released.
    """
    with acting(actor=actor):
        found = ReportFile.objects.select_for_update().get(pk=file_id)
        if found.state != ReportFileState.GENERATED:
            return found
        check, messages = _ask(found)
        found.schema_check, found.schema_messages = check.value, messages
        found.schema_checked_at = at
        found.save(update_fields=["schema_check", "schema_messages", "schema_checked_at"])
    return found


def _ask(found: ReportFile) -> tuple[SchemaCheck, list[str]]:
    directory = selectors.schema_dir()
    missing = schemas.missing_schemas(directory)
    if directory is None or missing:
        return SchemaCheck.UNCHECKED, [needed.name for needed in missing]
    content = files.open_stored(found.file)
    try:
        verdict = schemas.validate(content, schemas.load_schema(directory))
    except schemas.UnreadableSchema as error:
        return SchemaCheck.UNCHECKED, [str(error)]
    records = found.new_count + found.cancel_count
    if verdict.is_valid and verdict.records != records:
        return SchemaCheck.INVALID, [f"{verdict.records} records, {records} expected"]
    if verdict.is_valid:
        return SchemaCheck.VALID, []
    return SchemaCheck.INVALID, list(verdict.messages)
