"""Idempotency-Key: one outcome per client and key, stored in the transaction of the effect."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
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
#: The same for several keys of one client: whether all of them are free.
HOLD_ALL: Final = Statement(
    "hold_keys",
    """
SELECT set_config('denouement.key_held', bool_and(
           pg_try_advisory_xact_lock(hashtextextended(name, 0)))::text, true)
  FROM unnest(%s::text[]) AS name
""",
)
LOOK_ALL: Final = Statement(
    "look_keys",
    """
SELECT current_setting('denouement.key_held') = 'true'
   AND NOT EXISTS (SELECT FROM core_idempotencyrecord WHERE client = %s AND key = ANY(%s::text[]))
""",
)
STORE_ALL: Final = Statement(
    "store_answers",
    """
INSERT INTO core_idempotencyrecord (client, key, fingerprint, code, answer, media_type)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[], %s::bytea[], %s::text[])
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

    @property
    def name(self) -> str:
        """What the lock of the key is called."""
        return f"{self.client}\n{self.value}"

    def row(self, answer: HttpResponse) -> list[Any]:
        """Return what is stored of an answer, in the order of STORE."""
        kept = (answer.status_code, packed(answer), answer.headers["Content-Type"])
        return [self.client, self.value, self.fingerprint, *kept]


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
            cursor.execute(f"{HOLD.ready()}; {LOOK.ready()}", [key.name, key.client, key.value])
            is_held, *known = cursor.fetchone()
        if not is_held:
            raise KeyInFlight(_("A request with this Idempotency-Key is still running"))
        if known[0] is not None:
            return _stored(key, *known)
        answer = effect()
        with connection.cursor() as cursor:
            cursor.execute(STORE.ready(), key.row(answer))
        return answer


def hold_all(keys: Sequence[Key]) -> bool:
    """Hold several keys of one client in this transaction; say whether all were free and new."""
    if not keys:
        return True
    values = [key.value for key in keys]
    if len(set(values)) < len(values):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f"{HOLD_ALL.ready()}; {LOOK_ALL.ready()}",
            [[key.name for key in keys], keys[0].client, values],
        )
        return bool(cursor.fetchone()[0])


def store_all(answered: Sequence[tuple[Key, HttpResponse]]) -> None:
    """Store the answers to what `hold_all` held."""
    if answered:
        columns = zip(*(key.row(answer) for key, answer in answered), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(STORE_ALL.ready(), [list(column) for column in columns])


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
