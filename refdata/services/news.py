"""What reference data tells upwards: the names of its events."""

from __future__ import annotations

from typing import Final

INSTRUMENT_NAMED: Final = "refdata.instrument_named"
PARTY_NAMED: Final = "refdata.party_named"
INSTRUCTION_APPROVED: Final = "refdata.instruction_approved"
INSTRUCTION_REPLACED: Final = "refdata.instruction_replaced"
PRICES_LOADED: Final = "refdata.prices_loaded"
SANCTIONS_LOADED: Final = "refdata.sanctions_loaded"
PARTIES_SCREENED: Final = "refdata.parties_screened"
HOLDINGS_LOADED: Final = "refdata.holdings_loaded"
OWNERS_SET: Final = "refdata.owners_set"
AGREED: Final = "refdata.agreed"
RESTRICTED: Final = "refdata.restricted"
