"""Signatures agree with the published vectors of Standard Webhooks."""

from __future__ import annotations

import pytest

from feeds.formats import standard_webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR = {
    "message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": 1614265330,
    "body": b'{"test": 2432232314}',
}


def test_the_published_vector() -> None:
    signed = standard_webhooks.signature(standard_webhooks.read(SECRET), **VECTOR)

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_are_written_and_read() -> None:
    assert standard_webhooks.written(standard_webhooks.read(SECRET)) == SECRET


def test_two_secrets_make_two_signatures() -> None:
    keys = [standard_webhooks.read(SECRET), b"older"]
    headers = standard_webhooks.headers(keys, **VECTOR)

    first, second = headers["webhook-signature"].split(" ")
    assert first == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert second.startswith("v1,")
    assert first != second
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (
        VECTOR["message_id"], "1614265330",
    )  # fmt: skip


@pytest.mark.parametrize("change", ["message_id", "timestamp", "body"])
def test_whatever_is_changed_changes_the_signature(change: str) -> None:
    other = {"message_id": "msg_x", "timestamp": 1614265331, "body": b"{}"}
    key = standard_webhooks.read(SECRET)

    assert standard_webhooks.signature(key, **VECTOR) != standard_webhooks.signature(
        key, **VECTOR | {change: other[change]}
    )
