"""One message over the wire: to the address that was judged, bounded in time and in size.

The name is resolved once, every address that it has must be public, and the connection goes to one
of those: no second look-up can lead elsewhere. TLS is checked against the name. A redirect is an
answer like any other, and is not followed.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from feeds.rules.addresses import Target, UnreadableTarget, is_allowed_host, is_public, target_of
from kernel.findings import Refusal

CONNECT_S: Final = 5
WHOLE_S: Final = 15
ANSWER_BYTES_MAX: Final = 4 * 1024
WAIT_S_MAX: Final = 3_600
SECONDS: Final = re.compile(r"\d{1,6}", re.ASCII)


class RefusedTarget(Refusal):
    """The address is none that we send to."""

    code = "WEBHOOK_ADDRESS"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one attempt; without a `code` nobody answered, and `error` says why."""

    address: str
    took_ms: int
    code: int | None = None
    error: str = ""
    response: str = ""
    retry_after_s: int = 0


def require_target(url: str) -> Target:
    """Return where a webhook leads. Raises RefusedTarget for what can be refused at sight."""
    try:
        target = target_of(url)
    except UnreadableTarget:
        raise RefusedTarget(_("This is not an address of a webhook: https://host/path")) from None
    if not target.is_secure and not settings.WEBHOOK_ALLOWED_PRIVATE:
        raise RefusedTarget(_("A webhook has an address in https"))
    if not is_allowed_host(target.host, settings.WEBHOOK_HOSTS):
        raise RefusedTarget(_("%(host)s is not in WEBHOOK_HOSTS") % {"host": target.host})
    if target.is_literal:
        _require_public(target.host, target.host)
    return target


def send(url: str, *, headers: Mapping[str, str], body: bytes) -> Sent:
    """Post `body`, and tell what came of it; never raises for what the other side does."""
    began = monotonic()
    address = ""
    try:
        target = require_target(url)
        address = _resolved(target)
        code, retry_after, response = _posted(target, address, headers, body)
    except Refusal as refusal:
        return Sent(address, _since(began), error=refusal.message)
    except (OSError, http.client.HTTPException) as failure:
        return Sent(address, _since(began), error=_told(failure))
    return Sent(address, _since(began), code=code, response=response, retry_after_s=retry_after)


def _resolved(target: Target) -> str:
    """Return the address to connect to; one that is not public refuses them all."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    for address in addresses:
        _require_public(address, target.host)
    return addresses[0]


def _require_public(address: str, host: str) -> None:
    if not settings.WEBHOOK_ALLOWED_PRIVATE and not is_public(address):
        raise RefusedTarget(
            _("%(host)s leads to %(address)s, which is not a public address")
            % {"host": host, "address": address}
        )


def _posted(
    target: Target, address: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, int, str]:
    held = [socket.create_connection((address, target.port), timeout=CONNECT_S)]
    # Each read may take its time; all of them together, the handshake included, may not.
    watch = threading.Timer(WHOLE_S, _cut, [held])
    watch.start()
    try:
        if target.is_secure:
            held.append(_wrapped(held[0], target.host))
        connection = _connection(target)
        connection.sock = held[-1]
        connection.request("POST", target.path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        text = answer.read(ANSWER_BYTES_MAX).decode("utf-8", "replace").replace("\0", "\ufffd")
        return answer.status, _seconds(answer.getheader("Retry-After")), text
    finally:
        watch.cancel()
        for opened in held:
            opened.close()


def _wrapped(opened: socket.socket, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    return context.wrap_socket(opened, server_hostname=host)


def _connection(target: Target) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if target.is_secure else http.client.HTTPConnection
    return kind(target.host, target.port)


def _cut(held: Sequence[socket.socket]) -> None:
    for opened in held:
        with contextlib.suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)


def _seconds(said: str | None) -> int:
    return min(int(said), WAIT_S_MAX) if said and SECONDS.fullmatch(said) else 0


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)


def _told(failure: Exception) -> str:
    """Name what went wrong without what it may quote."""
    if isinstance(failure, TimeoutError):
        return _("No answer in time")
    if isinstance(failure, ssl.SSLCertVerificationError):
        return _("The certificate does not hold: %(why)s") % {"why": failure.verify_message}
    if isinstance(failure, socket.gaierror):
        return _("The name is not known")
    if isinstance(failure, ConnectionRefusedError):
        return _("The connection was refused")
    return type(failure).__name__
