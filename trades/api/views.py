"""REST: `executions/`, `executions/bulk/`, `executions/<source reference>/`.

The two posts are the hot path: token, JSON and capture without serializers. They are documented in
the API description like any other view.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import Action, require
from core.api.authentication import client_of
from core.api.idempotency import Key, in_flight, key_of, once
from core.api.parsers import read_limited
from core.api.problems import of_refusal, problem
from core.api.throttles import wait_of
from core.api.views import BaseAPIView, actor_in
from core.tokens import Client
from kernel.findings import Refusal
from trades import selectors
from trades.api import answers, examples, reading, recent, serializers
from trades.api.burst import BURST
from trades.formats.execution_json import read_execution
from trades.services import capture
from trades.states import Channel

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
        answer = of_refusal(refusal)
        return in_flight() if refusal.code == "IDEMPOTENCY_IN_FLIGHT" else answer


def post_one(request: HttpRequest, client: Client) -> HttpResponse:
    """Capture one execution."""
    body = read_limited(request, reading.ONE_BYTES_MAX)  # type: ignore[arg-type]  # it reads bytes
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
            reference=recent.reference_for(client.source_system, message),
        )
        BURST.tell(captured, source_system=client.source_system, at=at)
        return answers.of_one(captured.items[0])

    return capture.retried(lambda: once(key, effect))


def post_many(request: HttpRequest, client: Client) -> HttpResponse:
    """Capture a list or lines of executions; each gets its own outcome."""
    body = read_limited(request, reading.MANY_BYTES_MAX)  # type: ignore[arg-type]  # it reads bytes
    messages = reading.read_many(body)

    key = _key(request, client, body)

    def effect() -> HttpResponse:
        captured = capture.capture_here(
            messages=messages,
            origin=capture.Origin(source_system=client.source_system, channel=Channel.BULK),
            actor=client.actor,
            at=timezone.now(),
        )
        return answers.of_many(captured)

    return capture.retried(lambda: once(key, effect))


def _key(request: HttpRequest, client: Client, body: bytes) -> Key | None:
    return key_of(request, actor=client.actor, body=body, required=False)


class ExecutionsView(BaseAPIView):
    """One execution, new, amended or cancelled."""

    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="post_execution",
        request=serializers.ExecutionSerializer,
        examples=[OpenApiExample("execution.json", examples.execution(), request_only=True)],
        responses={
            201: serializers.ItemSerializer,
            200: serializers.ItemSerializer,
            400: OpenApiTypes.OBJECT,
            409: OpenApiTypes.OBJECT,
            422: OpenApiTypes.OBJECT,
            429: OpenApiTypes.OBJECT,
        },
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """201 booked or waiting, 200 an exact repeat, 409 other content, 422 every finding."""
        return as_client(request, post_one)

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:  # narrower on purpose
        if request.method == "POST":
            return self.post(request)
        return super().dispatch(request, *args, **kwargs)


class BulkView(ExecutionsView):
    """Up to 100,000 executions as a JSON list or as lines of JSON."""

    @extend_schema(
        operation_id="post_executions",
        request=serializers.ExecutionSerializer(many=True),
        examples=[OpenApiExample("executions.ndjson", examples.of_a_bulk(), request_only=True)],
        responses={200: serializers.BulkSerializer, 400: OpenApiTypes.OBJECT},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Each item has its own outcome and code; the call as a whole is one transaction."""
        return as_client(request, post_many)


class ExecutionStatusView(BaseAPIView):
    """What became of a reference."""

    actions: ClassVar[dict[str, Action]] = {"GET": Action.POST_EXECUTION}

    @extend_schema(operation_id="get_execution", responses={200: serializers.StatusSerializer})
    def get(self, request: Request, source_reference: str) -> Response:
        """Every message kept under the reference of the token's source, and its trade."""
        source_system = getattr(request.auth, "source_system", "")
        found = selectors.status_of(source_system=source_system, source_reference=source_reference)
        if found is None or not actor_in(request).user_id:
            raise Http404
        return Response(found)
