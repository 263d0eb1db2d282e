"""Every address that takes a POST, sent what no form sends: an answer, never a crash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core import asked, jobs
from core.models import SavedView, User
from core.roles import Role
from reconciliation.models import Break
from tests.factories.trades import message, person, small_world
from tests.integration.bad_input.doors import ONE, agent, feed, said
from tests.integration.reconciliation.world import account, statement, taken_in
from trades.models import Trade

pytestmark = pytest.mark.django_db
HUGE: Final = "9" * 5000
WORSE: Final = ("abc", "NaN", "1e400", "-1", "１２", "9" * 40, HUGE, "a\0b", "\u200b", "x" * 3000)
FIELDS: Final = (
    "ids", "selection", "owner", "ours", "theirs", "request", "reason", "seen", "text", "page",
    "path", "name", "query", "next", "language", "theme", "waiting", "kind", "resolution", "day",
    "mapping", "sender", "instrument", "isin", "quantity", "price", "traded_at", "trade_date",
    "settlement_date", "valid_from", "username", "password", "decimal_sign", "encoding",
)  # fmt: skip
ARGUMENTS: Final = {"int": "1", "slug": "x", "str": "x", "uuid": "0" * 32, "path": "x"}


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Yield one address for each route of the house, its arguments filled in."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not route.startswith(("/admin", "/api")):
                yield from addresses(entry, route)
        elif isinstance(entry, URLPattern) and "\\" not in route and "^" not in route:
            yield _filled(route)


def every_route() -> list[str]:
    routes = sorted(set(addresses()) - {"/sign-out/"})
    assert len(routes) > 60
    return routes


def _filled(route: str) -> str:
    while "<" in route:
        before, _less, rest = route.partition("<")
        inside, _more, after = rest.partition(">")
        route = before + ARGUMENTS.get(inside.partition(":")[0], "x") + after
    return route


def signed_in(role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=person(f"p-{role.value.lower()}", role).user_id))
    return client


SHUT: Final = frozenset({403, 405})
"""Answers that no content of a request changes: not for this role, or nothing is sent there."""


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_every_address_answers_what_no_form_sends(role: Role) -> None:
    client = signed_in(role)
    answered = 0
    for route in every_route():
        for value in WORSE:
            status = client.post(route, dict.fromkeys(FIELDS, value)).status_code
            assert status < 500, (route, value[:10])
            if status in SHUT:
                break
            answered += 1

    assert answered > 200


PLACES: Final = (
    '["\\u0000"]', '["\\ud800"]', f"[{HUGE}]", '["NaN"]', "[1e400]", "[" * 5000, "[null]",
)  # fmt: skip
NONSENSE: Final = {"page": WORSE, "day": WORSE, "after": PLACES, "before": PLACES}


class Looked(QueryDict):
    """A query that notes which names are looked at; to copy it for a link is not to look."""

    names: ClassVar[set[str]] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> list[Any]:
        self.names.add(key)
        return super().getlist(key, default)

    def __getitem__(self, key: str) -> Any:
        self.names.add(key)
        return super().__getitem__(key)

    def items(self) -> Any:
        self.names |= NONSENSE.keys()
        return super().items()


def test_every_page_answers_a_place_or_a_number_that_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever each page looks at of a day, a number and the places of a list; all of it at once.

    What a page does not look at reaches its links alone, whatever it says.
    """
    client = signed_in(Role.SUPERVISOR)
    monkeypatch.setattr("django.core.handlers.wsgi.QueryDict", Looked)
    asked_for = []
    shown: Counter[str] = Counter()
    for route in every_route():
        Looked.names.clear()
        if client.get(route, dict.fromkeys(NONSENSE, "")).status_code == 200:
            names = sorted(Looked.names & NONSENSE.keys())
            shown.update(["any", *names])
            asked_for.append((route, {name: values[0] for name, values in NONSENSE.items()}))
            asked_for += [
                (route, {name: value, "from": HUGE}) for name in names for value in NONSENSE[name]
            ]
    crashed = [query for query in asked_for if client.get(*query).status_code >= 500]

    assert crashed == []
    assert shown["any"] > 50
    assert shown["page"] + shown["after"] > 40
    assert shown["after"] == shown["before"] > 20
    assert shown["day"] > 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("0", 0), (str(asked.KEY_MAX), asked.KEY_MAX), (str(asked.KEY_MAX + 1), None)]
    + [(text, None) for text in ("", " 1", "+1", "-1", "１", "²", "1_0", "1.0", HUGE)],
)
def test_a_number_is_ascii_digits_as_large_as_a_key(text: str, expected: int | None) -> None:
    assert asked.number(text) == expected


def test_a_long_name_is_nobodys(settings: Any) -> None:
    settings.AXES_ENABLED = True
    client = Client(raise_request_exception=False)

    answer = client.post("/sign-in/", {"username": "x" * 300, "password": "x"})

    assert answer.status_code == 200
    assert "Please enter a correct username and password" in said(answer)


def test_a_cancellation_is_decided_by_its_number() -> None:
    feed().post(ONE, message(), content_type="application/json")
    trade = Trade.objects.get()
    client = signed_in(Role.SUPERVISOR)
    for value in ("abc", "NaN", "1e400", HUGE, ""):
        answer = client.post(f"/trades/{trade.pk}/cancel/grant/", {"request": value})
        assert answer.status_code == 404, value


def test_a_break_is_not_given_to_nobody_known() -> None:
    account()
    line = ":61:2611201120D990,00NTRFOTHER//BK1"
    taken_in(statement(line, closing="C261120EUR9010,00"))
    jobs.run_pending()
    found = Break.objects.get()
    client = agent()
    for owner in ("99999999", "abc", HUGE):
        answer = client.post(f"/reconciliation/breaks/{found.pk}/assign/", {"owner": owner})
        assert answer.status_code == 404, owner


@pytest.mark.parametrize("target", ["word", "trades", "//evil.example", "", "x" * 3000, "\\evil"])
def test_a_language_leads_to_a_page_of_the_house(target: str) -> None:
    answer = agent().post("/language/", {"language": "fr", "next": target})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_view_of_a_path_too_long_is_refused() -> None:
    answer = agent().post("/views/", {"path": "/" + "a" * 3000, "name": "v", "query": ""})

    assert answer.status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("address", ["/preferences/", "/trades/new/", "/language/", "/sign-in/"])
@pytest.mark.parametrize("checked", [True, False], ids=["with its token", "without"])
def test_a_form_in_another_alphabet_is_refused(address: str, checked: bool) -> None:  # noqa: FBT001 - a table test
    media_type = "application/x-www-form-urlencoded; charset=utf-16"
    client = agent()
    client.get("/preferences/")
    client.handler.enforce_csrf_checks = checked

    answer = client.post(address, "a=1", content_type=media_type)

    assert answer.status_code == 400
    assert "Request not understood" in answer.content.decode()
