"""Statements that PostgreSQL plans once per connection instead of at every call.

For the few that every single message runs: planning them costs more than doing them.
"""

from __future__ import annotations

import itertools
import re
from functools import cached_property
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import connection

PARAMETER: Final = re.compile("%s")
#: What each open connection of this process has prepared; a closed one takes its set with it.
_prepared: Final[WeakKeyDictionary[Any, set[str]]] = WeakKeyDictionary()


class Statement:
    """One statement under a name of its own, with `%s` for each parameter in its order."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    def ready(self) -> str:
        """Return what runs it with the same parameters on the current connection.

        Behind a pooler (CONN_MAX_AGE=0) the next transaction may meet another server connection:
        nothing is prepared there, the text itself is returned.
        """
        opened = connection.connection
        if opened is None or self.name not in _prepared.get(opened, ()):
            return self._prepare()
        return self._execution

    def _prepare(self) -> str:
        connection.ensure_connection()
        if connection.settings_dict["CONN_MAX_AGE"] == 0:
            return self.text
        numbers = itertools.count(1)
        text = PARAMETER.sub(lambda _found: f"${next(numbers)}", self.text)
        with connection.cursor() as cursor:
            cursor.execute(f"PREPARE {self.name} AS {text}")
        _prepared.setdefault(connection.connection, set()).add(self.name)
        return self._execution

    @cached_property
    def _execution(self) -> str:
        marks = ", ".join(["%s"] * len(PARAMETER.findall(self.text)))
        return f"EXECUTE {self.name} ({marks})"
