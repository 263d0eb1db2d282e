"""`manage.py provision_roles`: the four database roles on a server of your own."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from django.core.management.base import BaseCommand, CommandError

from backoffice.launcher import environment as env
from backoffice.launcher import provisioning


class Command(BaseCommand):
    help = (
        "Create the owner, app, qa_ro and backup roles, and the database where it is not there. "
        "PROVISION_URL connects as a role that may create roles; DATABASE_URL, DATABASE_OWNER_URL "
        "and DATABASE_BACKUP_URL say the passwords of app, owner and backup, QA_PASSWORD that of "
        "the auditors. Without one, that role may not sign in."
    )
    requires_system_checks = []

    def handle(self, **_options: Any) -> None:
        url = env.text("PROVISION_URL")
        database = urlsplit(url).path.strip("/")
        if not database:
            raise CommandError("PROVISION_URL is missing or names no database")
        try:
            with provisioning.connected(url) as connection:
                provisioning.provision(
                    connection, database=database, passwords=_passwords(database)
                )
        except psycopg2.Error as refused:
            raise CommandError(f"PROVISION_URL: {refused}".strip()) from refused
        self.stdout.write(f"roles of {database} are in place")


def _passwords(database: str) -> dict[str, str]:
    """The passwords that the product's own settings will use; refuses a role of another name."""
    names = provisioning.RoleNames.of(database)
    passwords = {}
    for variable, expected, is_needed in (
        ("DATABASE_URL", names.app, True),
        ("DATABASE_OWNER_URL", names.owner, True),
        ("DATABASE_BACKUP_URL", names.backup, False),
    ):
        value = env.text(variable)
        found = urlsplit(value)
        if value or is_needed:
            if found.username != expected or not found.password:
                raise CommandError(
                    f"{variable} must be postgresql://{expected}:password@…/{database}"
                )
            passwords[expected] = unquote(found.password)
    if auditors := env.text("QA_PASSWORD"):
        passwords[names.qa] = auditors
    return passwords
