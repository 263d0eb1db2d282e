"""The web server as `up` starts it, and clients that cost little: both on the same cores."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from backoffice.launcher import children, places
from backoffice.launcher.embedded import Postgres
from backoffice.launcher.supervisor import end_group

HOST = "127.0.0.1"
READY_SECONDS_MAX = 30
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Served:
    """A running web server and the addresses of its costs."""

    port: int
    web: int
    postgres: int

    def cpu_seconds(self) -> dict[str, float]:
        """Return what the parts have used so far: web processes, PostgreSQL, this client."""
        return {
            "web": _cpu_of(self.web),
            "postgres": _cpu_of(self.postgres),
            "client": time.process_time(),
        }


def peak_mb(web: int) -> int:
    """Return the most megabytes that one of the processes of a web server has held so far."""
    family = [web, *map(int, Path(f"/proc/{web}/task/{web}/children").read_text().split())]
    peaks = [
        re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{one}/status").read_text()) for one in family
    ]
    return max(int(peak[1]) // 1024 for peak in peaks if peak)


def _cpu_of(root: int) -> float:
    """Return the CPU seconds of a process, its living children and those it has buried."""
    parents: dict[int, tuple[int, int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            parents[int(stat.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    family, ticks = [root], 0
    for pid in family:
        ticks += parents.get(pid, (0, 0))[1]
        family.extend(child for child, (parent, _own) in parents.items() if parent == pid)
    return ticks / TICKS


@contextlib.contextmanager
def serving(**settings: str) -> Iterator[Served]:
    """Start the web server on the database of the benchmark; stop it at the end."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    command = children.web(os.environ, host=HOST, port=port)
    environment = os.environ | {"PYTHONWARNINGS": "ignore"} | settings
    process = subprocess.Popen(command, env=environment, cwd=places.ROOT, start_new_session=True)
    try:
        _wait(port)
        postmaster = Postgres(places.Place(places.data_dir())).pid()
        assert postmaster is not None, "PostgreSQL is not the embedded one"
        yield Served(port, process.pid, postmaster)
    finally:
        end_group(process.pid, is_gone=lambda: process.poll() is not None, together=True)


def _wait(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://{HOST}:{port}/livez", timeout=5).close()
            return
        time.sleep(0.05)
    raise RuntimeError("the web server did not answer")


class Line:
    """One connection that is kept open; requests go out as ready bytes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and return the status and the body of its answer."""
        self._socket.sendall(request)
        head, body = b"", b""
        while b"\r\n\r\n" not in head:
            got = self._socket.recv(1 << 16)
            if not got:
                raise ConnectionError("the server hung up")
            head += got
        head, body = head.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        parts, missing = [body], length - len(body)
        while missing > 0:
            got = self._socket.recv(min(missing, 1 << 20))
            if not got:
                raise ConnectionError("the answer was cut off")
            parts.append(got)
            missing -= len(got)
        return int(head.split(b" ", 2)[1]), b"".join(parts)


def post(path: str, body: bytes, *, token: str, media_type: str, key: str = "") -> bytes:
    """Return a request as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n"
    )
    named = f"Idempotency-Key: {key}\r\n" if key else ""
    return f"{head}{named}\r\n".encode() + body


@dataclass(slots=True)
class Answers:
    """What came back: statuses in the order of arrival, and how long each took."""

    seconds: float = 0
    times: list[float] = field(default_factory=list)
    bodies: list[tuple[int, bytes]] = field(default_factory=list)

    def milliseconds(self, percent: int) -> float:
        """Return that percentile of the times."""
        ordered = sorted(self.times)
        return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000, 2)


def ask_all(port: int, requests: Sequence[bytes], *, connections: int) -> Answers:
    """Send all requests over so many connections, each as fast as its answers come."""
    answers, turn, lock = Answers(), iter(requests), threading.Lock()

    def work() -> None:
        line = Line(port)
        while True:
            with lock:
                request = next(turn, None)
            if request is None:
                return
            began = perf_counter()
            answer = line.ask(request)
            answers.times.append(perf_counter() - began)
            answers.bodies.append(answer)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.seconds = perf_counter() - began
    return answers
