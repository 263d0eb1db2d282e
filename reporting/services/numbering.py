"""Gapless numbers: a counter row, locked until the act that uses the number commits."""

from __future__ import annotations

from reporting.models import ReportCounter


def take_numbers(*, stream: str, count: int) -> range:
    """Reserve the next `count` numbers of a stream in the caller's transaction.

    A rolled back act gives its numbers back, because the counter rolls back with it.
    """
    ReportCounter.objects.bulk_create([ReportCounter(stream=stream)], ignore_conflicts=True)
    counter = ReportCounter.objects.select_for_update().get(stream=stream)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return range(first, counter.last + 1)
