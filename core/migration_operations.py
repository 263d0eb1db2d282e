"""Operations of migrations that run outside a transaction: beside running work, and again.

Such a migration that is killed, or gives up a lock, stands half done and is not recorded. The next
`migrate` begins it anew, so each of its operations must bear what an earlier attempt left: an index
that is whole or INVALID, a column that is there.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres import operations
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


def _drop_leftover(schema_editor: BaseDatabaseSchemaEditor, name: str) -> None:
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")


class AddIndexConcurrently(operations.AddIndexConcurrently):
    """Make an index without keeping writers out, in place of what an earlier attempt left."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        _drop_leftover(schema_editor, self.index.name)
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class RemoveIndexConcurrently(operations.RemoveIndexConcurrently):
    """Remove an index; taken back, it is made in place of what an earlier attempt left."""

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        _drop_leftover(schema_editor, self.name)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"


class AddPartitionedIndexConcurrently(migrations.AddIndex):
    """Make an index of a table that is cut into partitions, one partition after the other.

    PostgreSQL makes none of the whole at once without keeping writers out. The index of the whole
    is told first and becomes valid with its last part; a partition that comes meanwhile gets its.
    """

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        table, name = (schema_editor.quote_name(n) for n in (model._meta.db_table, self.index.name))
        whole = str(self.index.create_sql(model, schema_editor))
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")  # with the parts that it had
        schema_editor.execute(whole.replace(f"ON {table}", f"ON ONLY {table}", 1))
        for partition in self._partitions(schema_editor, model._meta.db_table):
            part = schema_editor.quote_name(f"{partition}_{self.index.name}")
            _drop_leftover(schema_editor, f"{partition}_{self.index.name}")
            made = whole.replace(name, part, 1).replace(f"ON {table}", f"ON {partition}", 1)
            schema_editor.execute(made.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1))
            schema_editor.execute(f"ALTER INDEX {name} ATTACH PARTITION {part}")

    def _partitions(self, schema_editor: BaseDatabaseSchemaEditor, table: str) -> list[str]:
        if schema_editor.collect_sql:
            return []
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(PARTITIONS, [table])
            return sorted(str(name) for (name,) in cursor.fetchall())


class AddFieldOnce(migrations.AddField):
    """Add a column that an earlier attempt may have added: one statement makes it whole."""

    def _is_there(self, schema_editor: BaseDatabaseSchemaEditor, model: Any) -> bool:  # noqa: ANN401 - a historical model
        if schema_editor.collect_sql:
            return False
        column = model._meta.get_field(self.name).column
        with schema_editor.connection.cursor() as cursor:
            found = schema_editor.connection.introspection.get_table_description(
                cursor, model._meta.db_table
            )
        return any(one.name == column for one in found)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if not self._is_there(schema_editor, to_state.apps.get_model(app_label, self.model_name)):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if schema_editor.collect_sql or self._is_there(schema_editor, model):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def _unique(name: str, on: str) -> tuple[str, ...]:
    return (
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {on}",
    )


def add_unique_concurrently(name: str, on: str) -> migrations.RunSQL:
    """Return the operation that makes a unique index; `on` is its table, columns and condition."""
    return migrations.RunSQL(
        _unique(name, on), reverse_sql=f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    )


def remove_unique_concurrently(name: str, on: str) -> migrations.RunSQL:
    """Return the operation that removes a unique index; `on` is what it stood on."""
    return migrations.RunSQL(
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}", reverse_sql=_unique(name, on)
    )
