"""Doors of background work: the acts on many exceptions."""

from __future__ import annotations

from core import bulk
from desk.services import many

bulk.handler(many.WAIVE_JOB)(many.waive_step)
bulk.handler(many.TAKE_JOB)(many.take_step)
