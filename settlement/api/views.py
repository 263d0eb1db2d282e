"""REST: `confirmations/`: a counterparty posts its own, and reads ours.

The token of a counterparty speaks for one party, and for no other; that of a front office does not
come in here: who sends executions must not confirm them. A signed-in person reads the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.access import Action, Forbidden, require
from core.api.idempotency import key_of, once
from core.api.lists import ListAPIView
from core.api.problems import of_refusal
from core.api.views import actor_in
from core.tokens import Client
from kernel.findings import Refusal
from refdata.models import Party
from settlement import selectors
from settlement.api import described
from settlement.api.columns import COLUMNS, ConfirmationAPIFilter
from settlement.formats.confirmation_json import read_message
from settlement.models import Confirmation, ReceivedConfirmation
from settlement.services import receiving
from settlement.states import ConfirmationState, Door

TOLD: Final = frozenset(ConfirmationState) - {ConfirmationState.TO_SEND, ConfirmationState.ALLEGED}


class UnreadableConfirmation(Refusal):
    """The body is no confirmation; every finding says where."""

    code = "CONFIRMATION_INVALID"


class ConfirmationsView(ListAPIView):
    """Their confirmations in, ours out."""

    filterset_class = ConfirmationAPIFilter
    columns = COLUMNS

    @described.GET
    def get(self, request: Request) -> HttpResponse:
        """Our confirmations: of a counterparty what it was sent, of a person those of the desks."""
        return self.listed(request)

    @described.POST
    def post(self, request: Request) -> HttpResponse:
        """201 kept, 200 an exact repeat, 409 the same version said something else, 422 findings."""
        party = _party(request)
        raw: HttpRequest = request._request  # noqa: SLF001 - DRF's own way to the request
        key = key_of(raw, actor=actor_in(request), body=str(request.data).encode(), required=False)

        def effect() -> HttpResponse:
            try:
                return _receive(request, party)
            except Refusal as refusal:
                return of_refusal(refusal)

        return once(key, effect)

    def scoped(self, request: Request) -> QuerySet[Any]:
        if isinstance(request.auth, Client):
            party = _party(request)
            return Confirmation.objects.filter(
                party=party, state__in=[state.value for state in TOLD]
            )
        actor = actor_in(request)
        require(actor, Action.VIEW_CONFIRMATIONS)
        return selectors.list_confirmations(actor=actor)


def _party(request: Request) -> Party:
    """Return the party that the token speaks for. Raises Forbidden."""
    actor = actor_in(request)
    require(actor, Action.POST_CONFIRMATION)
    code = request.auth.source_system if isinstance(request.auth, Client) else ""
    found = Party.objects.filter(code=code, is_own_firm=False).first()
    if found is None:
        raise Forbidden(_("This token speaks for no counterparty."))
    return found


def _receive(request: Request, party: Party) -> HttpResponse:
    body = request.data if isinstance(request.data, Mapping) else {}
    told = read_message(body)
    if isinstance(told, tuple):
        raise UnreadableConfirmation(_("The confirmation cannot be read"), findings=told)
    kept = receiving.receive(
        told=[told], door=Door.API, actor=actor_in(request), at=timezone.now(), only=party
    )
    return JsonResponse(_shape(kept.rows[0], party), status=201 if kept.new else 200)


def _shape(row: ReceivedConfirmation, party: Party) -> dict[str, Any]:
    return {
        "id": row.pk,
        "party": party.code,
        "reference": row.reference,
        "version": row.version,
        "function": row.function,
        "received_at": row.received_at.isoformat(),
    }
