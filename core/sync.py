"""What the owner role installs after every migration: guard, triggers, views, grants, matrix.

All of it is repeatable and runs in one transaction; the application role gets the least that
works, and nothing that could silence the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from core import audit_triggers, partitions, reference_triggers, role_matrix
from core.acts import acting
from core.audit_triggers import AuditedTable, quoted
from core.models import RoleAction, ToxicPair
from core.policies import AuditPolicy
from core.reference_triggers import Reference
from kernel.actors import SYSTEM

WRITTEN_BY_MIGRATIONS: Final = frozenset(
    {"django_migrations", "django_content_type", "auth_permission", "core_roleaction"}
    | {"core_toxicpair"}
)
FOREIGN: Final = {
    "auth": "the framework's groups and permissions: our rights are role grants",
    "admin": "a log itself",
    "contenttypes": "written by migrations",
    "sessions": "sign-in sessions, no business content",
    "axes": "a log itself",
}
#: Tables of the framework that are not simply written: logs grow, a sign-in learns when it ended.
FOREIGN_RIGHTS: Final = {
    "axes_accesslog": "SELECT, INSERT, UPDATE (logout_time)",
    "axes_accessfailurelog": "SELECT, INSERT",
    "django_admin_log": "SELECT, INSERT",
}
COLUMNS: Final = """
SELECT attname FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
#: A partition is reached through its table alone: triggers that see a statement whole are there.
TABLES: Final = """
SELECT relname, relispartition FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
"""
#: What the owner does when the application asks for it.
DEEDS: Final = """
SELECT oid::regprocedure FROM pg_proc
 WHERE pronamespace = 'public'::regnamespace AND prosecdef AND prorettype <> 'trigger'::regtype
 ORDER BY oid
"""
VIEW_GRANTS: Final = """
REVOKE ALL ON ALL TABLES IN SCHEMA qa FROM PUBLIC, {app};
REVOKE ALL ON SCHEMA qa FROM {app};
GRANT USAGE ON SCHEMA qa TO {qa};
GRANT SELECT ON ALL TABLES IN SCHEMA qa TO {qa};
REVOKE ALL ON SCHEMA guard FROM {app}, {qa};
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA guard FROM PUBLIC, {app}, {qa};
GRANT EXECUTE ON FUNCTION guard.content(public.core_auditentry), guard.framed(text) TO {qa};
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {app};
GRANT USAGE ON SCHEMA public TO {app};
GRANT USAGE ON SCHEMA public, qa, guard TO {backup};
GRANT SELECT ON ALL TABLES IN SCHEMA public, qa TO {backup};
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {backup};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {app};
REVOKE ALL ON public.core_heldrole FROM PUBLIC, {app}, {qa};
GRANT SELECT ON public.core_heldrole TO {app};
REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {app}, {qa}, {backup};
"""


class UnauditableModel(TypeError):
    """A model cannot be audited as declared; name a policy or excuse it."""


@dataclass(frozen=True, slots=True)
class Synchronised:
    """What was installed."""

    audited: int
    excused: dict[str, str]


def synchronise() -> Synchronised:
    """Install everything; must run as the role that owns the tables."""
    with transaction.atomic():
        for script in _scripts("core"):
            _run(script)
        audited, excused = 0, {}
        for model in our_models():
            policy = policy_of(model)
            table = model._meta.db_table
            _run(audit_triggers.none_of(table) + reference_triggers.none_of(table))
            if policy.excused:
                excused[table] = policy.excused
            else:
                _run(audit_triggers.triggers_of(_audited(model, policy)))
                audited += 1
            if is_evidence(model):
                _run(audit_triggers.refusals_of(table))
        _run(reference_triggers.triggers_of(references()))
        _run(partitions.upkeep(cut_tables()))
        _run("SELECT public.extend_partitions()")
        for script in _scripts_of_rooms():
            _run(script)
        _grant()
        _load_matrix()
    return Synchronised(audited=audited, excused=excused)


def our_models() -> list[type[models.Model]]:
    """Return every concrete model of our rooms, join tables included, in a fixed order."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in FOREIGN and model._meta.managed
    ]
    return sorted(found, key=lambda model: model._meta.db_table)


def policy_of(model: type[models.Model]) -> AuditPolicy:
    """Return the declared policy, or the default: chain = table and primary key."""
    policy = getattr(model, "audit", None)
    return policy if isinstance(policy, AuditPolicy) else AuditPolicy()


def is_evidence(model: type[models.Model]) -> bool:
    """Say whether the rows of the model are written once and never changed."""
    return bool(getattr(model, "append_only", False) or getattr(model, "read_only", False))


def is_only_read(model: type[models.Model]) -> bool:
    """Say whether triggers alone write the rows: once (`read_only`), or ever again (`derived`)."""
    return bool(getattr(model, "read_only", False) or getattr(model, "derived", False))


def is_permanent(model: type[models.Model]) -> bool:
    """Say whether the rows of the model stay for ever, though they may change."""
    return bool(getattr(model, "permanent", False))


def cut_tables() -> dict[str, int]:
    """Return the tables that are cut in partitions, with the percentage that fills their pages."""
    cut = (model for model in our_models() if getattr(model, "partitioned_by", ""))
    return {model._meta.db_table: int(getattr(model, "fillfactor", 100)) for model in cut}


def references() -> list[Reference]:
    """Return what is checked per statement: foreign keys without a constraint of such models."""
    return [
        Reference(
            table=model._meta.db_table,
            column=str(field.column),
            target=field.related_model._meta.db_table,
            pk=str(field.related_model._meta.pk.column),
        )
        for model in our_models()
        if getattr(model, "references_in_sets", False)
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and not field.db_constraint  # type: ignore[attr-defined]  # unknown to the stubs
    ]


def _audited(model: type[models.Model], policy: AuditPolicy) -> AuditedTable:
    meta = model._meta
    pk = tuple(str(field.column) for field in meta.pk_fields)
    key, row = (named if named != "id" else pk[0] for named in (policy.key, policy.row))
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [f"public.{quoted(meta.db_table)}"])
        columns = tuple(str(column[0]) for column in cursor.fetchall())
    missing = {key, *policy.hidden} - set(columns)
    numbered = isinstance(meta.get_field(row), models.IntegerField | models.OneToOneField)
    if missing or row not in pk or not numbered:
        raise UnauditableModel(f"{meta.label}: {missing or meta.pk}")
    return AuditedTable(
        table=meta.db_table,
        columns=columns,
        pk=pk,
        row=row,
        entity=policy.entity or meta.db_table,
        key=key,
        hidden=policy.hidden,
        inserts=policy.inserts,
    )


def _scripts(room: str) -> list[str]:
    folder = Path(apps.get_app_config(room).path) / "database"
    return [path.read_text() for path in sorted(folder.glob("*.sql"))]


def _scripts_of_rooms() -> Iterator[str]:
    for config in apps.get_app_configs():
        if config.label != "core" and config.label not in FOREIGN:
            yield from _scripts(config.label)


def _run(script: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(script)


def _grant() -> None:
    """Grant by table: what the application may not write, it cannot write."""
    names = {part: quoted(name) for part, name in settings.DATABASE_ROLES.items()}
    names["database"] = quoted(connection.settings_dict["NAME"])
    evidence = {model._meta.db_table for model in our_models() if is_evidence(model)}
    permanent = {model._meta.db_table for model in our_models() if is_permanent(model)}
    read_only = {model._meta.db_table for model in our_models() if is_only_read(model)}
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for table, is_partition in cursor.fetchall():
            cursor.execute(
                f"REVOKE ALL ON public.{quoted(table)} FROM PUBLIC, {names['app']}, {names['qa']}"
            )
            if is_partition:
                continue
            right = FOREIGN_RIGHTS.get(table, "SELECT, INSERT, UPDATE, DELETE")
            if table in read_only or table in WRITTEN_BY_MIGRATIONS:
                right = "SELECT"
            elif table in evidence:
                right = "SELECT, INSERT"
            elif table in permanent:
                right = "SELECT, INSERT, UPDATE"
            cursor.execute(f"GRANT {right} ON public.{quoted(table)} TO {names['app']}")
        cursor.execute(VIEW_GRANTS.format(**names))
        cursor.execute(DEEDS)
        for (deed,) in cursor.fetchall():
            cursor.execute(f"REVOKE ALL ON FUNCTION {deed} FROM PUBLIC, {names['qa']}")
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {deed} TO {names['app']}")


def _load_matrix() -> None:
    """Make the matrix in the database what `role_matrix.py` says; differences are audited."""
    wanted = {(r.value, a.value) for r, actions in role_matrix.MATRIX.items() for a in actions}
    known = {(cell.role, cell.action): cell for cell in RoleAction.objects.all()}
    toxic = {(first.value, second.value) for first, second in role_matrix.TOXIC_PAIRS}
    refused = {(pair.first, pair.second): pair for pair in ToxicPair.objects.all()}
    with acting(actor=SYSTEM, reason="role matrix of this release"):
        RoleAction.objects.filter(pk__in=[known[c].pk for c in known.keys() - wanted]).delete()
        RoleAction.objects.bulk_create(
            RoleAction(role=role, action=action) for role, action in sorted(wanted - known.keys())
        )
        ToxicPair.objects.filter(pk__in=[refused[p].pk for p in refused.keys() - toxic]).delete()
        ToxicPair.objects.bulk_create(
            ToxicPair(first=first, second=second)
            for first, second in sorted(toxic - refused.keys())
        )
