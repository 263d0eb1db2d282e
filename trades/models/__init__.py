"""Trade storage: columns, constraints, querysets. No decisions are taken here."""

from trades.models.account_use import AccountUse
from trades.models.allocation import (
    Allocation,
    AllocationMember,
    AllocationRule,
    AllocationShare,
    Block,
)
from trades.models.back_test import (
    COUNTED,
    BackTest,
    BackTestPart,
    BackTestTrade,
    KnownAs,
    Replayed,
)
from trades.models.cancellation import CancellationRequest
from trades.models.columns import LABELS, labelled
from trades.models.files import CaptureFile, DropArrival, ExecutionMapping, QuarantinedRow
from trades.models.fix import (
    FixAllocation,
    FixBookmark,
    FixEvent,
    FixLine,
    FixMessage,
    FixResult,
    FixSession,
)
from trades.models.house_rule import HouseRuleVersion
from trades.models.legs import TradeLeg
from trades.models.limit_use import LimitUse
from trades.models.messages import CaptureBatch, Execution, MessageKey
from trades.models.news import News
from trades.models.rule_evidence import RuleDay, RuleSet
from trades.models.tally import Tally
from trades.models.trade import PRODUCT_CLASSES, Trade, TradeQuerySet, TradeVersion

__all__ = [
    "COUNTED",
    "LABELS",
    "PRODUCT_CLASSES",
    "AccountUse",
    "Allocation",
    "AllocationMember",
    "AllocationRule",
    "AllocationShare",
    "BackTest",
    "BackTestPart",
    "BackTestTrade",
    "Block",
    "CancellationRequest",
    "CaptureBatch",
    "CaptureFile",
    "DropArrival",
    "Execution",
    "ExecutionMapping",
    "FixAllocation",
    "FixBookmark",
    "FixEvent",
    "FixLine",
    "FixMessage",
    "FixResult",
    "FixSession",
    "HouseRuleVersion",
    "KnownAs",
    "LimitUse",
    "MessageKey",
    "News",
    "QuarantinedRow",
    "Replayed",
    "RuleDay",
    "RuleSet",
    "Tally",
    "Trade",
    "TradeLeg",
    "TradeQuerySet",
    "TradeVersion",
    "labelled",
]
