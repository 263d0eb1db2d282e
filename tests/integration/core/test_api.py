"""The base of every REST view: tokens, problem documents, idempotency, limits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response

from core import tokens
from core.access import Action
from core.acts import acting
from core.api import idempotency
from core.api.authentication import client_of
from core.api.problems import of_refusal, problem
from core.api.views import BaseAPIView, actor_in
from core.models import IdempotencyRecord, User
from kernel.actors import SYSTEM
from kernel.findings import Finding, Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOLD = threading.Event()
STARTED = threading.Event()


class Echo(BaseAPIView):
    actions = {"POST": Action.POST_EXECUTION, "PUT": Action.VALIDATE_TRADE}

    def get(self, request: Request) -> Response:
        return Response({"actor": actor_in(request).name, "kind": actor_in(request).kind.value})

    def post(self, request: Request) -> Response:
        return Response({"got": request.data})

    def put(self, request: Request) -> Response:
        return Response({})

    def delete(self, request: Request) -> Response:
        found = Finding(code="X-1", field="isin", message="{found} is unknown", found="FR000")
        raise Refusal("cannot", findings=(found,))


@csrf_exempt
def make_user(request: HttpRequest) -> HttpResponse:
    """A plain view with an effect, as the hot path has one."""
    client = client_of(request)
    if client is None:
        return problem(401, "NOT_AUTHENTICATED", "no token")

    def effect() -> HttpResponse:
        if request.GET.get("hold"):
            STARTED.set()
            HOLD.wait(10)
        with acting(actor=client.actor):
            user = User.objects.create(username=f"made-{User.objects.count()}")
        if request.GET.get("crash"):
            raise ZeroDivisionError
        return JsonResponse({"id": user.pk}, status=201)

    try:
        key = idempotency.key_of(request, actor=client.actor, body=request.body)
        return idempotency.once(key, effect)
    except Refusal as refusal:
        return of_refusal(refusal)


def crash(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret detail")


def refuse(_request: HttpRequest) -> HttpResponse:
    raise Refusal("not today")


def busy(_request: HttpRequest) -> HttpResponse:
    raise OperationalError("deadlock detected")


urlpatterns = [
    path("api/echo/", Echo.as_view()),
    path("api/users/", make_user),
    path("api/crash/", crash),
    path("api/refuse/", refuse),
    path("api/busy/", busy),
]


@pytest.fixture
def token() -> str:
    return tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)


def call(method: str, url: str, token: str = "", body: Any = "{}", **headers: str) -> Any:
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return Client(raise_request_exception=False).generic(
        method, url, body, content_type="application/json", headers=headers
    )


def test_without_credentials_the_answer_is_401_with_a_challenge() -> None:
    answer = call("GET", "/api/echo/")

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_a_token_speaks_for_its_client(token: str) -> None:
    assert call("GET", "/api/echo/", token).json() == {"actor": "oms", "kind": "CLIENT"}


def test_only_the_digest_of_a_token_is_kept(token: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM core_apitoken t")
        assert token not in cursor.fetchone()[0]


@pytest.mark.parametrize("case", ["unknown", "revoked", "expired", "user_left"])
def test_a_worthless_token_is_refused(case: str, token: str) -> None:
    if case == "unknown":
        token += "x"
    elif case == "revoked":
        tokens.revoke_token(name="oms", actor=SYSTEM, at=AT)
    elif case == "expired":
        token = tokens.create_token(
            name="old", source_system="OMS", actor=SYSTEM, at=AT, expires_at=AT - timedelta(days=1)
        )
    else:
        User.objects.filter(username="oms").update(is_active=False)

    assert call("GET", "/api/echo/", token).status_code == 401


def test_the_matrix_decides_per_method(token: str) -> None:
    assert call("POST", "/api/echo/", token).status_code == 200
    refused = call("PUT", "/api/echo/", token)
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    "body",
    ['{"a":', '{"a": NaN}', '{"a": 1e400}', '{"a": 1, "a": 2}', "[" * 100_000],
)
def test_malformed_json_is_a_400_with_findings(body: str, token: str) -> None:
    answer = call("POST", "/api/echo/", token, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_JSON")
    assert answer.json()["findings"][0]["found"]


def test_a_large_body_is_a_413(token: str, settings: Any) -> None:
    settings.API_BODY_BYTES_MAX = 100
    answer = call("POST", "/api/echo/", token, '{"a": "' + "x" * 200 + '"}')

    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


def test_another_media_type_is_a_415(token: str) -> None:
    answer = Client().post(
        "/api/echo/", "a=1", content_type="text/plain", headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_refusal_brings_its_findings(token: str) -> None:
    answer = call("DELETE", "/api/echo/", token)

    assert answer.status_code == 422
    assert answer.json()["findings"][0]["message"] == "FR000 is unknown"


def test_too_many_requests_are_told_when_to_come_back(token: str, settings: LazySettings) -> None:
    settings.API_RATE = "2/day"
    cache.clear()
    answers = [call("GET", "/api/echo/", token) for _ in range(3)]

    assert [a.status_code for a in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) >= 1


def test_the_same_key_has_one_outcome(token: str) -> None:
    first = call("POST", "/api/users/", token, "{}", **{"Idempotency-Key": "k1"})
    again = call("POST", "/api/users/", token, "{}", **{"Idempotency-Key": "k1"})
    other = call("POST", "/api/users/", token, '{"x": 1}', **{"Idempotency-Key": "k1"})
    missing = call("POST", "/api/users/", token)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_REUSED")
    assert (missing.status_code, missing.json()["code"]) == (400, "IDEMPOTENCY_KEY")
    assert User.objects.filter(username__startswith="made").count() == 1


def test_a_crash_after_the_effect_is_repaired_by_the_retry(token: str) -> None:
    crashed = call("POST", "/api/users/?crash=1", token, "{}", **{"Idempotency-Key": "k1"})

    assert crashed.status_code == 500
    assert not User.objects.filter(username__startswith="made").exists()
    assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_in_flight_is_a_409(token: str) -> None:
    HOLD.clear()
    STARTED.clear()
    answers: list[Any] = []

    def first() -> None:
        answers.append(call("POST", "/api/users/?hold=1", token, "{}", **{"Idempotency-Key": "k"}))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert STARTED.wait(10)
    second = call("POST", "/api/users/?hold=1", token, "{}", **{"Idempotency-Key": "k"})
    HOLD.set()
    thread.join()

    assert (second.status_code, second.json()["code"]) == (409, "IDEMPOTENCY_IN_FLIGHT")
    assert answers[0].status_code == 201


def test_the_command_prints_a_token_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_token", "ems", "--source-system", "EMS")
    printed = capsys.readouterr().out.strip()

    assert call("GET", "/api/echo/", printed).json()["actor"] == "ems"


@pytest.mark.parametrize("caller", ["anyone", "client"])
@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/nothing/here/", 404, "NOT_FOUND"),
        ("/api/crash/", 500, "INTERNAL_ERROR"),
        ("/api/refuse/", 422, "REFUSED"),
        ("/api/busy/", 503, "BUSY"),
    ],
)
def test_every_error_of_an_api_address_is_a_problem_document(
    address: str, status: int, code: str, caller: str, token: str
) -> None:
    answer = call("GET", address, token if caller == "client" else "")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert b"secret detail" not in answer.content


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/api/nothing/here/", "Il n’y a rien ici, ou rien pour vous"),
        ("/api/busy/", "Réessayez dans un instant"),
        ("/api/crash/", "La requête a échoué ; elle est journalisée et défaite"),
    ],
)
def test_errors_are_said_in_the_language_of_the_caller(
    address: str, title: str, token: str
) -> None:
    assert call("GET", address, token, **{"Accept-Language": "fr"}).json()["title"] == title


def test_a_call_with_a_token_has_no_session_and_loads_nothing(token: str) -> None:
    answer = call("GET", "/api/echo/", token)

    assert not answer.cookies
    assert not hasattr(answer.wsgi_request, "_messages")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")
