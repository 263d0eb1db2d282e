"""What a model says about its audit: `audit = AuditPolicy(...)` as a class attribute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuditPolicy:
    """Where the changes of a table are written: chain `entity:<value of the key column>`.

    `entity` is the table name and `key` the primary key unless said otherwise, so that the rows of
    several tables can share one chain (a trade and its versions). `row` is the number that an entry
    carries: the primary key, or one column of it. `excused` gives the reason why a table has no
    audit triggers at all: it is evidence itself or carries no business content. `hidden` columns
    are written as a digest (secrets, personal data). `inserts=False` leaves the creation to the
    entry of another table of the same chain. `reference` names the columns by which people know
    a record, the best first: the pages of the trail say them, and find it by those with an index,
    or through `found_by`: the dotted name of a function from such a reference to primary keys.
    """

    entity: str = ""
    key: str = "id"
    row: str = "id"
    excused: str = ""
    hidden: tuple[str, ...] = ()
    inserts: bool = True
    reference: tuple[str, ...] = ()
    found_by: str = ""
