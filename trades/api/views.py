"""REST: `executions/`, `executions/bulk/`, `executions/<source reference>/`.

The two posts are the hot path: token, JSON and capture without serializers. They are documented in
the API description like any other view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import Action, require
from core.api.authentication import client_of
from core.api.bodies import read_whole, received
from core.api.idempotency import Key, KeyInFlight, in_flight, key_of, once
from core.api.problems import of_refusal, problem
from core.api.throttles import wait_of
from core.api.views import BaseAPIView, actor_in
from core.tokens import Client
from kernel.findings import Refusal
from trades import selectors
from trades.api import answers, bulk, described, reading, recent
from trades.api.burst import BURST
from trades.api.on_disk import ONE_BYTES_MAX
from trades.api.together import DOOR, Call, meeting_of
from trades.formats.execution_json import read_execution
from trades.services import capture
from trades.states import Channel

RETRY_LATER: Final = {503: 1, 507: 60}
UNSUPPORTED: Final = 415
Work = Callable[[HttpRequest, Client], HttpResponse]


def as_client(request: HttpRequest, work: Work) -> HttpResponse:
    """Run `work` for the client of the bearer token; refusals become problem documents."""
    client = client_of(request)
    if client is None:
        return problem(
            401,
            "NOT_AUTHENTICATED",
            _("Send a valid token: Authorization: Bearer …"),
            headers={"WWW-Authenticate": 'Bearer realm="denouement"'},
        )
    if wait := wait_of(client.actor.name):
        title = _("Too many requests: come back in %(seconds)s s") % {"seconds": wait}
        return problem(429, "THROTTLED", title, headers={"Retry-After": str(wait)})
    try:
        require(client.actor, Action.POST_EXECUTION)
        reading.require_json(
            media_type=request.content_type or "",
            charset=str((request.content_params or {}).get("charset", "")),
            coding=request.headers.get("Content-Encoding", ""),
        )
        return work(request, client)
    except Refusal as refusal:
        return refused(refusal)


def refused(refusal: Refusal) -> HttpResponse:
    """Answer a refusal, with what its status asks for besides."""
    if isinstance(refusal, KeyInFlight):
        return in_flight()
    answer = of_refusal(refusal)
    if answer.status_code in RETRY_LATER:
        answer.headers["Retry-After"] = str(RETRY_LATER[answer.status_code])
    if answer.status_code == UNSUPPORTED:
        answer.headers["Accept-Encoding"] = "gzip, identity"
    return answer


def post_one(request: HttpRequest, client: Client) -> HttpResponse:
    """Capture one execution."""
    body = read_whole(request, bytes_max=ONE_BYTES_MAX)
    message = read_execution(body)
    if isinstance(message, tuple):
        return answers.invalid(message)

    key = _key(request, client, body)

    def effect() -> HttpResponse:
        at = timezone.now()
        captured = capture.capture_here(
            messages=[message],
            origin=capture.Origin(
                source_system=client.source_system, channel=Channel.API, by_minute=True
            ),
            actor=client.actor,
            at=at,
            reference=recent.reference_for(client.source_system, [message]),
        )
        BURST.tell(captured, source_system=client.source_system, at=at)
        return answers.of_one(captured.items[0])

    return meeting_of(client).answer(
        Call(client, message, key), lambda: capture.retried(lambda: once(key, effect))
    )


def post_many(request: HttpRequest, client: Client) -> HttpResponse:
    """Capture a list or lines of executions; each gets its own outcome, or all of them one."""
    atomic = reading.said_yes(request.GET, "atomic")
    with received(request, bytes_max=reading.MANY_BYTES_MAX) as body:
        parts = reading.parts_of(body)
        key = _key(request, client, body.pieces())
        with bulk.room_for(parts):
            effect = bulk.capture_parts(parts, client=client, at=timezone.now(), atomic=atomic)
            return capture.retried(lambda: once(key, effect))


def _key(request: HttpRequest, client: Client, body: bytes | Iterable[bytes]) -> Key | None:
    return key_of(request, actor=client.actor, body=body, required=False)


class ExecutionsView(BaseAPIView):
    """One execution, new, amended or cancelled."""

    http_method_names = ["post", "options"]

    @described.POST_ONE
    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep one execution: 201 booked or waiting, 200 an exact repeat, 409 other content, 422
        every finding. The body may come with `Content-Encoding: gzip`.
        """
        with DOOR.entered():
            return as_client(request, post_one)

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:  # narrower on purpose
        if request.method == "POST":
            return self.post(request)
        return super().dispatch(request, *args, **kwargs)


class BulkView(ExecutionsView):
    """Up to 100,000 executions as a JSON list or as lines of JSON."""

    @described.POST_MANY
    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep up to 100,000 executions, 200 MB, in one transaction; each has its own outcome.
        A list or one a line, also with `Content-Encoding: gzip`.
        """
        return as_client(request, post_many)


class ExecutionStatusView(BaseAPIView):
    """What became of a reference."""

    actions: ClassVar[dict[str, Action]] = {"GET": Action.POST_EXECUTION}

    @described.GET_STATUS
    def get(self, request: Request, source_reference: str) -> Response:
        """Every message kept under the reference of the token's source, and its trade."""
        source_system = getattr(request.auth, "source_system", "")
        found = selectors.status_of(source_system=source_system, source_reference=source_reference)
        if found is None or not actor_in(request).user_id:
            raise Http404
        return Response(found)
