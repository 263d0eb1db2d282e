"""Doors of background work: acts on many rows, and roles that one person gave."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core import bulk, emergency
from desk.services import many, reviews, roles
from kernel.actors import SYSTEM

bulk.handler(many.WAIVE_JOB)(many.waive_step)
bulk.handler(many.TAKE_JOB)(many.take_step)
bulk.handler(many.GRANT_JOB)(many.decide_step)
bulk.handler(reviews.KEEP_JOB)(reviews.keep_step)


@shared_task(name="desk.look_for_lone_grants", ignore_result=True)
def look_for_lone_grants() -> None:
    """Let what one person alone gave wait for another, and clear away what ended by the clock.

    A second look changes nothing.
    """
    at = timezone.now()
    emergency.clear_ended(at=at)
    roles.open_reviews(actor=SYSTEM, at=at)


@shared_task(name="desk.open_access_review", ignore_result=True)
def open_access_review() -> None:
    """Open the review of a quarter that has begun; a second look finds it open."""
    reviews.open_when_due(actor=SYSTEM, at=timezone.now())
