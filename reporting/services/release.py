"""Release a file to the regulator: another person than its generator, in order, schema-valid."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.outbox import announce
from core.roles import Action
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal
from kernel.states import require_transition
from reporting import selectors
from reporting.models import RegulatoryReport, ReportFile
from reporting.states import FILE_TRANSITIONS, ReportFileState, ReportState, SchemaCheck


class UnableToRelease(Refusal):
    """The file may not leave the house now, or not by this person."""

    code = "UNABLE_TO_RELEASE"


def release_file(*, file_id: int, actor: Actor, at: datetime) -> ReportFile:
    """Mark a file as handed to the regulator, with every report in it.

    Raises Forbidden, UnableToRelease (own file, not schema-valid, an earlier file waits) and
    IllegalTransition.
    """
    access.require(actor, Action.RELEASE_REPORT)
    if actor.kind is not ActorKind.PERSON:
        raise UnableToRelease(_("Only a person may decide."))
    with acting(actor=actor):
        found = ReportFile.objects.select_for_update().get(pk=file_id)
        require_transition(
            FILE_TRANSITIONS, source=ReportFileState(found.state), target=ReportFileState.RELEASED
        )
        _require_releasable(found, actor)
        found.state = ReportFileState.RELEASED.value
        found.released_by, found.released_at = actor.name, at
        found.save(update_fields=["state", "released_by", "released_at"])
        RegulatoryReport.objects.filter(
            items__file=found, items__action="NEWT", state=ReportState.IN_FILE
        ).update(state=ReportState.RELEASED)
        announce("reporting.file_released", subject=found.name, payload={"file_id": found.pk})
    return found


def _require_releasable(found: ReportFile, actor: Actor) -> None:
    if found.generated_by == actor.name:
        raise UnableToRelease(_("You generated this file: somebody else must release it."))
    access.require(actor, Action.RELEASE_REPORT, made_by=(found.generated_by,))
    if found.schema_check != SchemaCheck.VALID:
        raise UnableToRelease(_("The official schemas have not found this file valid."))
    first = selectors.find_file_before(found)
    if first is not None:
        raise UnableToRelease(
            _("%(file)s must be released first: cancellations precede what replaces them.")
            % {"file": first.name}
        )
