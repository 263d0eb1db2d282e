"""`manage.py lint`."""

from __future__ import annotations


def main(arguments: list[str]) -> int:
    raise NotImplementedError(arguments)
