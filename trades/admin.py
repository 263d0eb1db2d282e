"""Trades on the administration site: read and searched; services change them."""

from __future__ import annotations

from core.access import Action
from core.administration import register_tables
from trades import models

register_tables(
    models.Trade,
    models.Execution,
    models.CaptureBatch,
    models.CancellationRequest,
    models.FixSession,
    models.FixMessage,
    models.FixResult,
    models.FixEvent,
    models.RuleSet,
    view_action=Action.VIEW_TRADES,
)
