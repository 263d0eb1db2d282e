"""The API does what its description says, whatever is sent: no 5xx, no answer beside the schema.

Schemathesis makes calls from the description, good ones and broken ones, always the same ones, and
every check that it has looks at the answers.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.config import (
    ChecksConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.specs.openapi.checks import negative_data_rejection
from stdnum import isin

from backoffice.wsgi import application
from core import tokens
from core.api import cursors
from core.api.throttles import ClientThrottle
from core.roles import Role
from kernel.actors import SYSTEM
from tests.factories.trades import AT, ISIN, small_world

pytestmark = pytest.mark.django_db
OPERATIONS = (
    "post_execution", "post_executions", "get_execution", "list_trades", "get_trade",
    "list_exceptions", "list_events", "get_allocation", "propose_allocation",
    "list_confirmations", "post_confirmation",
)  # fmt: skip
BEYOND_A_SCHEMA = ["2xx", "404", "409", "422"]
"""Check digits, words of two alphabets and what stands already are no matter of a schema."""
PER_ITEM = {"post_executions": [negative_data_rejection]}
"""A message that is wrong is refused in its own entry: the bulk as a whole is answered with 200."""
OF_A_COUNTERPARTY = ("list_confirmations", "post_confirmation")
"""Asked with the token of a counterparty."""
EXAMPLES = 20
SEED = 20261120


def _isins() -> st.SearchStrategy[str]:
    letters = st.text(string.ascii_uppercase, min_size=2, max_size=2)
    rest = st.text(string.ascii_uppercase + string.digits, min_size=9, max_size=9)
    made = st.builds(lambda a, b: a + b + isin.calc_check_digit(a + b), letters, rest)
    return st.just(ISIN) | made


NUMBERS = st.integers(1, 10**12)
DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))
schemathesis.openapi.format("isin", _isins())
schemathesis.openapi.format("date", DAYS.map(date.isoformat))
schemathesis.openapi.format("cursor", NUMBERS.map(cursors.written))
schemathesis.openapi.format("dated-cursor", st.builds(cursors.written, DAYS, NUMBERS))


@cache
def described() -> dict[str, Any]:
    """Return every operation of the description by its name."""
    checks = ChecksConfig(
        positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=BEYOND_A_SCHEMA)
    )
    project = ProjectConfig(checks=checks)
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/schema/?format=json",
        application,
        config=SchemathesisConfig(seed=SEED, projects=ProjectsConfig(default=project)),
    )
    found = [result.ok() for result in schema.get_all_operations()]
    return {operation.definition.raw["operationId"]: operation for operation in found}


@pytest.fixture(name="token")
def _token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(ClientThrottle, "allow_request", lambda *_: True)
    small_world()
    for signal in (request_started, request_finished):  # the test's own connection stays open
        signal.disconnect(close_old_connections)
    yield tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_description_is_the_same_each_time_it_is_asked_for(client: Client) -> None:
    first, second = (client.get("/api/v1/schema/?format=json").json() for _ in range(2))

    assert first == second


def test_every_operation_is_asked(token: str) -> None:
    assert set(described()) == set(OPERATIONS)


def test_every_answer_has_an_example_and_every_example_fits(token: str) -> None:
    """A body that is asked for, too; the examples are those of the description itself."""
    document: Any = next(iter(described().values())).schema.raw_schema
    bare, wrong = [], []
    for where, content in _contents(document):
        examples = content.get("examples", {})
        if not examples and "example" not in content["schema"]:
            bare.append(where)
        schema = content["schema"] | {"components": document["components"]}
        validator = Draft202012Validator(schema)
        wrong += [
            f"{where} {name}: {error.message}"
            for name, example in examples.items()
            for error in validator.iter_errors(example["value"])
        ]

    assert (bare, wrong) == ([], [])


def _contents(document: Any) -> Iterator[tuple[str, Any]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            parts = operation["responses"] | {"body": operation.get("requestBody", {})}
            for name, part in parts.items():
                for media_type, content in part.get("content", {}).items():
                    yield f"{operation['operationId']} {name} {media_type}", content


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_answered_is_what_is_described(name: str, mode: GenerationMode, token: str) -> None:
    bearer = token
    if name in OF_A_COUNTERPARTY:
        role = Role.COUNTERPARTY_CLIENT
        bearer = tokens.create_token(
            name="bnp", source_system="BNPP", actor=SYSTEM, at=AT, role=role
        )

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described()[name].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {bearer}"}, excluded_checks=PER_ITEM.get(name)
        )

    with override_settings(ALLOWED_HOSTS=["*"]):
        ask()
