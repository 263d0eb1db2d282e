"""The doors of the product, as a client meets them, and what the database holds."""

from __future__ import annotations

import html
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from core import tokens
from core.models import User
from core.roles import Role
from kernel.actors import SYSTEM
from tests.factories.trades import AT, person

ONE = "/api/v1/executions/"
MANY = "/api/v1/executions/bulk/"
UPLOADS = {
    "executions": "/trades/upload/",
    "fix": "/trades/fix/",
    "statement": "/reconciliation/statements/upload/",
    "reference": "/refdata/imports/new/",
    "feedback": "/reporting/feedback/",
}
OPTIONS = {"executions": {"source_system": "FILE", "decimal_mark": "."}}


def feed() -> Client:
    """Return the client of a front-office system."""
    token = tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)
    return Client(raise_request_exception=False, headers={"authorization": f"Bearer {token}"})


def agent() -> Client:
    """Return the browser of an agent."""
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=person("ana", Role.AGENT).user_id))
    return client


def upload(
    client: Client, door: str, content: bytes, *, language: str = "en", **options: str
) -> Any:
    """Send a file to the upload page of a door, for its preview."""
    fields: dict[str, Any] = {**OPTIONS.get(door, {}), **options}
    fields["file"] = SimpleUploadedFile("sent.csv", content)
    return client.post(UPLOADS[door], fields, headers={"accept-language": language})


def confirm(client: Client, door: str, shown: Any) -> Any:
    """Press the button under a preview."""
    return client.post(UPLOADS[door], {"waiting": shown.context["waiting"]})


def said(answer: Any) -> str:
    """Return what a page says, without its marks."""
    page = answer.content.decode()
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main[0] if main else page)).split())


def rows() -> dict[str, int]:
    """Count the rows of every table but the sessions."""
    counts = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "django_session":
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counts[table] = cursor.fetchone()[0]
    return counts
