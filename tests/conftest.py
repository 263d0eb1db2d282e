"""The suite runs on a throw-away cluster, as the application role.

The xdist controller starts the cluster; each worker makes its database as the owner role, which
migrates and installs grants and triggers, then connects as the role that the product runs as.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import TransactionTestCase
from django.utils import translation
from psycopg2 import sql

from backoffice.launcher import assets, places, provisioning
from backoffice.launcher.embedded import Postgres
from tests import pristine

CLUSTER = pytest.StashKey[Postgres]()


def _alive(pid: int) -> bool:
    """A run of somebody else is alive, too, though we may not even ask it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove_abandoned_clusters() -> None:
    """A killed run leaves its servers behind; the next run clears them."""
    for folder in places.sockets_root().glob("denouement-test-*"):
        pid = folder.name.rsplit("-", 1)[-1]
        if pid.isdigit() and not _alive(int(pid)):
            with contextlib.suppress(PermissionError):
                Postgres(places.Place(folder), throw_away=True).remove()
                shutil.rmtree(folder, ignore_errors=True)


def _superuser(database: str = "postgres") -> Any:
    opened = psycopg2.connect(
        host=settings.DATABASES["default"]["HOST"],
        user="postgres",
        password=places.TEST_PASSWORD,
        dbname=database,
    )
    opened.autocommit = True
    return opened


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    _remove_abandoned_clusters()
    # the product is started some hundred times: it is compiled once, also where images forbid it
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    assets.compile_catalogues()
    server = Postgres(places.Place(places.test_dir()), throw_away=True)
    server.start(password=places.TEST_PASSWORD)
    names = provisioning.RoleNames.of(places.DATABASE)
    roles = (names.owner, names.app, names.backup, names.qa)
    with contextlib.closing(_superuser()) as opened:
        provisioning.provision(
            opened,
            database=places.DATABASE,
            passwords=dict.fromkeys(roles, places.TEST_PASSWORD),
            may_create_databases=True,
        )
    config.stash[CLUSTER] = server


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Begin with both ends of the suite, and let no worker wait for the other's slow tests.

    Tests that start whole copies of the product wait for them: another worker computes meanwhile.
    """
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := config.stash.get(CLUSTER, None):
        server.remove()


def _connect_as(role: str) -> None:
    for opened in connections.all():
        opened.close()
    connections.settings["default"]["USER"] = settings.DATABASE_ROLES[role]


def _grant_until_synchronised() -> None:
    """Plain grants while no `sync_database` exists that installs the exact ones."""
    from django.core.management import get_commands

    if "sync_database" in get_commands():
        return
    with connection.cursor() as cursor:
        for kind in ("SELECT, INSERT, UPDATE, DELETE ON ALL TABLES", "ALL ON ALL SEQUENCES"):
            app = settings.DATABASE_ROLES["app"]
            cursor.execute(f"GRANT {kind} IN SCHEMA public TO {app}")


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    with django_db_blocker.unblock():
        _grant_until_synchronised()
        database = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            tables = sorted(connection.introspection.table_names(cursor))
        _connect_as("app")
    with contextlib.closing(_superuser(database)) as opened, opened.cursor() as cursor:
        again = pristine.keep(cursor, tables)
        cursor.execute("SET session_replication_role = replica")
        patch = pytest.MonkeyPatch()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: cursor.execute(again))
        yield
        patch.undo()
    with django_db_blocker.unblock():
        _connect_as("owner")


@pytest.fixture
def passing_tables() -> Iterator[None]:
    """Let the application role make temporary tables, as a database did before it was provisioned.

    What must hold without that grant is shown with it.
    """
    database = connection.settings_dict["NAME"]
    role = settings.DATABASE_ROLES["app"]
    for right in (
        "GRANT TEMPORARY ON DATABASE {} TO {}",
        "REVOKE TEMPORARY ON DATABASE {} FROM {}",
    ):
        with contextlib.closing(_superuser(database)) as opened, opened.cursor() as cursor:
            cursor.execute(sql.SQL(right).format(sql.Identifier(database), sql.Identifier(role)))
        if right.startswith("GRANT"):
            yield


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A page read in French leaves its language in the thread: the next test speaks its own."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real files; tests that need them are skipped where they are absent."""
    default = places.ROOT.parent / "shared" / "data"
    folder = Path(os.environ.get("SHARED_DATA") or default)
    if not folder.is_dir():
        if os.environ.get("REQUIRE_SHARED"):
            pytest.fail(f"{folder} is required here and missing")
        pytest.skip(f"the real sample files are not at {folder}")
    return folder


@pytest.fixture(autouse=True)
def _forgetful_cache() -> None:
    """What a page kept for some seconds is not what the next test has in its tables."""
    cache.clear()


@pytest.fixture(autouse=True)
def _jobs_count_what_they_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that a job counts under without declaring it would stand on a page without words."""
    from core import jobs

    count = jobs.JobRun.count

    def declared(run: jobs.JobRun, name: str, n: int = 1) -> None:
        handler = jobs.handlers().get(run.kind)
        ours = handler is not None and not handler.__module__.startswith("tests")
        assert not ours or name in jobs.counts_of(run.kind), f"{run.kind} does not declare {name}"
        count(run, name, n)

    monkeypatch.setattr(jobs.JobRun, "count", declared)
