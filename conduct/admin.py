"""Days and watches on the administration site: made by the watch, read only."""

from __future__ import annotations

from conduct import models
from core.access import Action
from core.administration import register_tables

register_tables(
    models.TraderDay,
    models.PartyDay,
    models.PairDay,
    models.Watch,
    view_action=Action.VIEW_AUDIT,
)
