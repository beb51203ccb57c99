"""Models of sharing."""

from sharing.models.applications import Application, ApplicationItem, ApplicationQuerySet
from sharing.models.deliveries import Delivery, DeliveryFile, DeliveryQuerySet, Receipt
from sharing.models.events import ItemEvent, ItemStage
from sharing.models.grant_life import GrantEvent, UsageRecord
from sharing.models.grants import Grant, GrantQuerySet, GrantStatus
from sharing.models.numbers import Counter
from sharing.models.policies import ChainPolicy
from sharing.models.pulls import Pull, PullQuerySet
from sharing.models.quality import (
    DataCheck,
    DataCheckResult,
    DataRule,
    DataRuleKind,
    FailingRow,
)

__all__ = [
    "Application",
    "ApplicationItem",
    "ApplicationQuerySet",
    "ChainPolicy",
    "Counter",
    "DataCheck",
    "DataCheckResult",
    "DataRule",
    "DataRuleKind",
    "Delivery",
    "DeliveryFile",
    "DeliveryQuerySet",
    "FailingRow",
    "Grant",
    "GrantEvent",
    "GrantQuerySet",
    "GrantStatus",
    "ItemEvent",
    "ItemStage",
    "Pull",
    "PullQuerySet",
    "Receipt",
    "UsageRecord",
]
