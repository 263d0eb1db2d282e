"""The suite sees the database as the product does."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import ProgrammingError, connection, transaction


@pytest.mark.django_db
def test_tests_connect_as_the_application_role_which_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (settings.DATABASE_ROLES["app"],)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user"
        )
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("ALTER TABLE core_user DISABLE TRIGGER ALL")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_transactional_test_leaves_nothing_behind(attempt: int) -> None:
    assert not get_user_model().objects.exists(), attempt
    get_user_model().objects.create_user("someone")
