"""The tour of docs/api.md: every call is made as it is written, every snippet run."""

from __future__ import annotations

import gzip
import re
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client

from backoffice.launcher import places
from core import tokens
from feeds.formats import standard_webhooks
from kernel.actors import SYSTEM
from refdata import demo
from tests.factories.trades import AT

TOUR = (places.ROOT / "docs" / "api.md").read_text()
CALL = re.compile(r"^((?:gzip|curl) .*?)\s+# (\d{3})$", re.MULTILINE | re.DOTALL)
ADDRESS = "/api/v1"
WITH_A_VALUE = {"-H", "-d", "--data-binary"}


@dataclass
class Call:
    """One curl command, understood as far as the tour goes."""

    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


def calls() -> Iterator[tuple[str, int]]:
    for block in re.findall(r"```bash\n(.*?)```", TOUR, re.DOTALL):
        for command, status in CALL.findall(block):
            yield command, int(status)


def understood(command: str, token: str) -> Call:
    command = command.replace("\\\n", " ").replace("$TOKEN", token).replace("$API", ADDRESS)
    piped = b""
    if " | " in command:
        packing, command = command.split(" | ")
        piped = gzip.compress((places.ROOT / shlex.split(packing)[-1]).read_bytes())
    words = iter(shlex.split(command)[1:])
    call = Call()
    for word in words:
        value = next(words) if word in WITH_A_VALUE else ""
        if word == "-H":
            name, text = value.split(": ", 1)
            call.headers[name] = text
        elif value == "@-":
            call.body = piped
        elif value.startswith("@"):
            call.body = (places.ROOT / value[1:]).read_bytes()
        elif value:
            call.body = value.encode()
        elif word != "-s":
            call.address = word
    return call


@pytest.mark.django_db
def test_every_call_answers_as_the_tour_says() -> None:
    demo.seed(business_date=date(2026, 11, 20), at=AT)
    token = tokens.create_token(name="my-oms", source_system="OMS", actor=SYSTEM, at=AT)
    made = list(calls())
    for command, status in made:
        call = understood(command, token)
        media = call.headers.pop("Content-Type", "application/json")
        method = "GET" if call.body is None else "POST"
        answer = Client().generic(
            method, call.address, call.body or b"", content_type=media, headers=call.headers
        )
        assert answer.status_code == status, (command, answer.content)
    assert len(made) >= 12


def test_the_snippet_tells_genuine_from_forged() -> None:
    scope: dict[str, Any] = {}
    snippet = re.findall(r"```python\n(.*?)```", TOUR, re.DOTALL)[0]
    exec(compile(snippet, "docs/api.md", "exec"), scope)  # noqa: S102 - our own documentation
    is_genuine = scope["is_genuine"]
    secret = standard_webhooks.written(b"s" * 32)
    body = b'{"type":"trade.captured"}'
    signed = {"message_id": "evt_1", "timestamp": int(time.time()), "body": body}
    headers = standard_webhooks.headers([b"new" * 8, b"s" * 32], **signed)
    old = standard_webhooks.headers([b"s" * 32], **signed | {"timestamp": 1614265330})

    assert is_genuine(secret, headers, body)
    assert not is_genuine(secret, headers, body + b" ")
    assert not is_genuine(secret, old, body)
    assert not is_genuine(standard_webhooks.written(b"x" * 32), headers, body)
