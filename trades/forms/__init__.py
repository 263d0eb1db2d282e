"""Forms of trades: how they are captured, and how blocks are allocated."""

from trades.forms.allocation import (
    AllocationRuleForm,
    PercentForms,
    ShareForms,
    SharesForm,
)
from trades.forms.capture import (
    AliasForm,
    CounterpartyForm,
    ExecutionMappingForm,
    InstrumentForm,
    PartyForm,
    TableForm,
    TicketForm,
)
from trades.forms.deals import TICKETS
from trades.forms.fix import FixResetForm, FixSessionForm
from trades.forms.rules import ActivationForm, HouseRuleForm, RuleForm

__all__ = [
    "TICKETS",
    "ActivationForm",
    "AliasForm",
    "AllocationRuleForm",
    "CounterpartyForm",
    "ExecutionMappingForm",
    "FixResetForm",
    "FixSessionForm",
    "HouseRuleForm",
    "InstrumentForm",
    "PartyForm",
    "PercentForms",
    "RuleForm",
    "ShareForms",
    "SharesForm",
    "TableForm",
    "TicketForm",
]
