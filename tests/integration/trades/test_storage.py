"""What PostgreSQL itself refuses about trades, whatever the code does."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

pytestmark = pytest.mark.django_db


def test_unknown_channel_is_refused_by_the_database() -> None:
    with (
        pytest.raises(IntegrityError, match="capture_batch_known_channel"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO trades_capturebatch (channel, source_system, actor_name, counts,"
            " findings, received_at) VALUES ('PIGEON', 'X', 'me', '{}', '[]', now())"
        )
