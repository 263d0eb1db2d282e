"""Idempotency-Key: one outcome per client and key, stored in the transaction of the effect."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.api.pieces import packed, unpacked
from core.api.problems import problem
from core.prepared import Statement
from kernel.actors import Actor
from kernel.findings import Refusal

KEY_MAX: Final = 200
#: The lock first, then a look at what its last holder committed: two statements, one round trip.
HOLD: Final = Statement(
    "hold_key",
    """
SELECT set_config('denouement.key_held',
                  pg_try_advisory_xact_lock(hashtextextended(%s, 0))::text, true)
""",
)
LOOK: Final = Statement(
    "look_key",
    """
SELECT current_setting('denouement.key_held') = 'true', fingerprint, code, answer, media_type
  FROM (SELECT) one
  LEFT JOIN core_idempotencyrecord ON client = %s AND key = %s
""",
)
STORE: Final = Statement(
    "store_answer",
    """
INSERT INTO core_idempotencyrecord (client, key, fingerprint, code, answer, media_type)
VALUES (%s, %s, %s, %s, %s, %s)
""",
)


class KeyRefused(Refusal):
    """The Idempotency-Key is missing or malformed."""

    code = "IDEMPOTENCY_KEY"
    status = 400


class KeyInFlight(Refusal):
    """The same key is being worked on right now."""

    code = "IDEMPOTENCY_IN_FLIGHT"
    status = 409


class KeyReused(Refusal):
    """The key was used for another request."""

    code = "IDEMPOTENCY_REUSED"
    status = 422


@dataclass(frozen=True, slots=True)
class Key:
    """A key of one client, with the fingerprint of the request that it stands for."""

    client: str
    value: str
    fingerprint: str


def key_of(
    request: HttpRequest, *, actor: Actor, body: bytes | Iterable[bytes], required: bool = True
) -> Key | None:
    """Read the header; raises KeyRefused when it is missing (and required), empty or not plain
    text.

    The fingerprint is that of the address and of what the body says: packed again it is the same.
    """
    said = request.headers.get("Idempotency-Key")
    if said is None and not required:
        return None
    value = (said or "").strip().strip('"').strip()
    if not value:
        raise KeyRefused(_("Send an Idempotency-Key that is not empty: it makes a retry safe"))
    if len(value) > KEY_MAX or not (value.isascii() and value.isprintable()):
        raise KeyRefused(
            _("The Idempotency-Key has 1 to %(limit)s printable characters") % {"limit": KEY_MAX}
        )
    fingerprint = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    for piece in [body] if isinstance(body, bytes) else body:
        fingerprint.update(piece)
    return Key(actor.name, value, fingerprint.hexdigest())


def once(key: Key | None, effect: Callable[[], HttpResponse]) -> HttpResponse:
    """Run `effect` and store its answer in one transaction, or return the stored answer.

    An answer below 500 is stored; what raises is not, so a retry runs it again. Raises KeyInFlight
    while another request holds the key, KeyReused for other content under the same key.
    """
    with transaction.atomic():
        if key is None:
            return effect()
        with connection.cursor() as cursor:
            cursor.execute(
                f"{HOLD.ready()}; {LOOK.ready()}",
                [f"{key.client}\n{key.value}", key.client, key.value],
            )
            is_held, *known = cursor.fetchone()
        if not is_held:
            raise KeyInFlight(_("A request with this Idempotency-Key is still running"))
        if known[0] is not None:
            return _stored(key, *known)
        answer = effect()
        row: list[Any] = [
            key.client,
            key.value,
            key.fingerprint,
            answer.status_code,
            packed(answer),
        ]
        with connection.cursor() as cursor:
            cursor.execute(STORE.ready(), [*row, answer.headers["Content-Type"]])
        return answer


def in_flight() -> HttpResponse:
    """Return the answer to a request whose twin still runs."""
    title = _("A request with this Idempotency-Key is still running")
    return problem(409, KeyInFlight.code, title, headers={"Retry-After": "1"})


def _stored(
    key: Key, fingerprint: str, code: int, answer: memoryview, media_type: str
) -> HttpResponse:
    if fingerprint != key.fingerprint:
        raise KeyReused(_("This Idempotency-Key was used for another request"))
    return HttpResponse(
        unpacked(bytes(answer)),
        status=code,
        content_type=media_type,
        headers={"Idempotency-Replayed": "true"},
    )
