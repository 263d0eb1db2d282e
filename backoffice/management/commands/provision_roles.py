"""`manage.py provision_roles`: the four database roles on a server of your own."""

from __future__ import annotations

import contextlib
import os
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from django.core.management.base import BaseCommand, CommandError

from backoffice.launcher import provisioning


class Command(BaseCommand):
    help = (
        "Create the owner, app, qa_ro and backup roles. PROVISION_URL connects as a role that may "
        "create roles; DATABASE_URL and DATABASE_OWNER_URL say the passwords of app and owner. "
        "QA_PASSWORD and BACKUP_PASSWORD are optional: without one, that role may not sign in."
    )
    requires_system_checks = []

    def handle(self, **_options: Any) -> None:
        url = os.environ.get("PROVISION_URL", "")
        database = urlsplit(url).path.strip("/")
        if not database:
            raise CommandError("PROVISION_URL is missing or names no database")
        try:
            with contextlib.closing(psycopg2.connect(url, connect_timeout=10)) as connection:
                connection.autocommit = True
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
    for variable, expected in (("DATABASE_URL", names.app), ("DATABASE_OWNER_URL", names.owner)):
        found = urlsplit(os.environ.get(variable, ""))
        if found.username != expected or not found.password:
            raise CommandError(f"{variable} must be postgresql://{expected}:password@…/{database}")
        passwords[expected] = unquote(found.password)
    for variable, name in (("QA_PASSWORD", names.qa), ("BACKUP_PASSWORD", names.backup)):
        if value := os.environ.get(variable):
            passwords[name] = value
    return passwords
