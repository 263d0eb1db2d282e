"""Confirmations on the administration site: to read only."""

from __future__ import annotations

from core.access import Action
from core.administration import register_tables
from settlement import models

register_tables(
    models.Confirmation,
    models.ConfirmationDecision,
    models.ConfirmationFile,
    models.ReceivedConfirmation,
    models.ToleranceProfile,
    models.Chaser,
    view_action=Action.VIEW_CONFIRMATIONS,
)
