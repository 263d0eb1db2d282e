"""`manage.py simulate_front_office`: a real REST client with a realistic flow."""

from __future__ import annotations

import http.client
import json
import math
import os
import random
import threading
from argparse import ArgumentParser
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic, perf_counter, sleep
from typing import Any, Final
from urllib.parse import quote, urlsplit

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.utils import timezone

from core import tokens
from kernel.actors import SYSTEM
from trades import demo

ADDRESS: Final = "/api/v1/executions/"
THREADS: Final = 8
TIMEOUT_S: Final = 30
PATIENCE_S: Final = 60
CHECKED_MAX: Final = 1_000
REVOKE_TRIES: Final = 5
KEPT: Final = frozenset({"200", "201", "202"})
#: no answer, or one that says "later": the same message is sent again
AGAIN: Final = frozenset({"error", "429", "500", "502", "503", "504"})
#: of a hundred messages: amendments, cancellations, exact repeats, bad ones; the rest are new
MIX: Final = (("amend", 8), ("cancel", 3), ("repeat", 5), ("bad", 4))


@dataclass
class Tally:
    """What the server answered, from every thread; `kept` are the references it acknowledged."""

    codes: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    retries: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, code: str, seconds: float, reference: str) -> None:
        with self.lock:
            self.codes[code] += 1
            self.milliseconds.append(seconds * 1000)
            if code in KEPT:
                self.kept.append(reference)

    def retry(self) -> None:
        with self.lock:
            self.retries += 1


class Flow:
    """An endless, reproducible stream of messages of one front-office system."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a simulation, no secret
        self.market = demo.Market.of_reference_data()
        self.sent: list[dict[str, Any]] = []
        self.count = 0
        self.run = f"{timezone.now():%Y%m%d%H%M%S}"
        self.lock = threading.Lock()

    def next(self) -> dict[str, Any]:
        """Return the next message."""
        with self.lock:
            kind = self._kind()
            if kind == "repeat":
                return self.dice.choice(self.sent)
            if kind in ("amend", "cancel"):
                return self._follow(kind)
            message = self._new()
            if kind == "bad":
                return message | {"quantity": "-1", "isin": "FR0000000000"}
            self.sent.append(message)
            return message

    def _kind(self) -> str:
        roll = self.dice.randrange(100)
        for kind, share in MIX:
            if roll < share:
                return kind if self.sent or kind == "bad" else "new"
            roll -= share
        return "new"

    def _new(self) -> dict[str, Any]:
        self.count += 1
        instrument = self.dice.choice(self.market.instruments)
        fields = demo.good_message(self.dice, self.market, instrument, None)
        return fields | {
            "source_reference": f"SIM-{self.run}-{self.count:07d}",
            "traded_at": timezone.localtime().isoformat(),
        }

    def _follow(self, kind: str) -> dict[str, Any]:
        index = self.dice.randrange(len(self.sent))
        before = self.sent.pop(index)
        version = before["version"] + 1
        if kind == "cancel":
            reference = before["source_reference"]
            return {"source_reference": reference, "version": version, "action": "CANCEL"}
        quantity = str(int(before["quantity"]) + 1)
        after = before | {"version": version, "action": "AMEND", "quantity": quantity}
        self.sent.append(after)
        return after


class Command(BaseCommand):
    help = "Post a realistic flow (new, amended, cancelled, repeated, bad) to a running server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        port = os.environ.get("PORT", "8000")
        parser.add_argument("--rate", type=float, default=20, help="messages per second")
        parser.add_argument("--seconds", type=float, default=30)
        parser.add_argument("--url", default=f"http://127.0.0.1:{port}")
        parser.add_argument("--token", default="", help="default: a new one, revoked at the end")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        for what in ("rate", "seconds"):
            if not 0 < options[what] < math.inf:
                raise CommandError(f"--{what} {options[what]:g}: a number above 0")
        name = ""
        token = options["token"]
        flow = Flow(options["seed"])
        if not flow.market.instruments or not flow.market.traders:
            raise CommandError("no reference data: load some, or run seed_demo first")
        if _ask(_connect(options["url"]), "GET", "/livez", "")[0] == "error":
            raise CommandError(f"nobody answers at {options['url']}: name the server with --url")
        if not token:
            name = f"simulator-{flow.run}"
            token = tokens.create_token(
                name=name, source_system="SIM", actor=SYSTEM, at=timezone.now()
            )
        try:
            tally, seconds = _run(flow, token, options)
            report = _report(tally, seconds, options["rate"])
            report |= _missing(sorted(set(tally.kept)), token, options["url"])
        finally:
            if name:
                _revoke(name)
        self.stdout.write(json.dumps(report, sort_keys=True))
        if report["lost"] or tally.codes.keys() & {"error", "500", "401", "403"}:
            raise CommandError("the server refused, failed or lost what it had acknowledged")


def _run(flow: Flow, token: str, options: dict[str, Any]) -> tuple[Tally, float]:
    """Post at the asked rate from several connections; return the tally and the seconds."""
    tally, began = Tally(), monotonic()
    total = int(options["rate"] * options["seconds"])
    turn = iter(range(total))
    lock = threading.Lock()

    def post_in_turn() -> None:
        connection = _connect(options["url"])
        while True:
            with lock:
                number = next(turn, None)
            if number is None:
                return
            sleep(max(0, began + number / options["rate"] - monotonic()))
            connection = _post(connection, flow.next(), token, tally, options["url"])

    workers = [threading.Thread(target=post_in_turn) for _ in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return tally, monotonic() - began


def _connect(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "127.0.0.1", parts.port, timeout=TIMEOUT_S)


def _post(
    connection: http.client.HTTPConnection,
    message: dict[str, Any],
    token: str,
    tally: Tally,
    url: str,
) -> http.client.HTTPConnection:
    """Send a message until it is answered, as a front office does; a repeat is harmless."""
    body, began = json.dumps(message), perf_counter()
    pause = 0.1
    while True:
        code, _answer = _ask(connection, "POST", ADDRESS, token, body)
        if code == "error":
            connection.close()
            connection = _connect(url)
        if code not in AGAIN or perf_counter() - began > PATIENCE_S:
            tally.add(code, perf_counter() - began, message["source_reference"])
            return connection
        tally.retry()
        sleep(pause)
        pause = min(2 * pause, 2)


def _ask(
    connection: http.client.HTTPConnection, method: str, address: str, token: str, body: str = ""
) -> tuple[str, bytes]:
    """Return the status and the body of the answer; `error` when there is none."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        connection.request(method, address, body or None, headers)
        answer = connection.getresponse()
        return str(answer.status), answer.read()
    except (OSError, http.client.HTTPException):
        return "error", b""


def _missing(kept: list[str], token: str, url: str) -> dict[str, int]:
    """Ask the server for what it acknowledged, a thousand references at the most."""
    asked = kept[-CHECKED_MAX:]
    connection = _connect(url)
    lost = 0
    for reference in asked:
        code, _answer = _ask(connection, "GET", f"{ADDRESS}{quote(reference)}/", token)
        lost += code != "200"
    return {"checked": len(asked), "lost": lost}


def _revoke(name: str) -> None:
    """Take the token back; a database that restarts now is asked again."""
    for attempt in range(REVOKE_TRIES):
        try:
            tokens.revoke_token(name=name, actor=SYSTEM, at=timezone.now())
        except OperationalError:
            connections.close_all()
            sleep(1 + attempt)
        else:
            return


def _report(tally: Tally, seconds: float, rate: float) -> dict[str, Any]:
    times = sorted(tally.milliseconds) or [0.0]
    return {
        "sent": sum(tally.codes.values()),
        "asked_per_s": rate,
        "per_s": round(sum(tally.codes.values()) / max(seconds, 1), 1),
        "codes": dict(sorted(tally.codes.items())),
        "retries": tally.retries,
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[min(len(times) - 1, len(times) * 99 // 100)], 1),
    }
