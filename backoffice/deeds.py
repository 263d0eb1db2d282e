"""What granting a request does, of the kinds whose records lie in rooms above the desk.

The desk asks and decides and looks up no room above it, so the rooms are named here, as in
`subscriptions.py`; what the desk does itself stands in `desk.services.granting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from desk.services.granting import Deed, take_deeds
from desk.states import RequestKind
from refdata.services import static_data

DEEDS: Final[Mapping[RequestKind, Deed]] = {
    RequestKind.STATIC_DATA: Deed(
        static_data.carry_out, static_data.still_asked, records=static_data.RECORDS
    ),
}


def install() -> None:
    """Have every process that decides on requests know them."""
    take_deeds(DEEDS)
