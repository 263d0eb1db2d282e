"""The cut-offs that the product brings: in force until the house sets others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Final

from refdata.states import DayStep

#: Open days after the business day, and the local time, in the order of the steps.
DELIVERED: Final[Mapping[DayStep, tuple[int, time]]] = {
    DayStep.CAPTURE: (0, time(18, 30)),
    DayStep.ENRICH: (0, time(18, 45)),
    DayStep.CONTROL: (0, time(19, 0)),
    DayStep.VALIDATE: (0, time(20, 0)),
    DayStep.ALLOCATE: (0, time(23, 0)),  # ESMA on T+1: by 23:00 CET on the trade date
    DayStep.CONFIRM: (0, time(23, 0)),  # the same
    DayStep.STATEMENTS: (1, time(9, 0)),
    DayStep.RECONCILE: (1, time(11, 0)),
    DayStep.REPORT: (1, time(18, 0)),  # RTS 22: by the close of the following working day
    DayStep.CLOSE: (1, time(19, 0)),
}
