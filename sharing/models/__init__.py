"""Models of sharing."""

from sharing.models.applications import Application, ApplicationItem, ApplicationQuerySet
from sharing.models.concerns import (
    ComplaintContact,
    Concern,
    ConcernEvent,
    ConcernKind,
    ConcernStatus,
    ConcernTask,
    Subject,
    TaskKind,
)
from sharing.models.deliveries import Delivery, DeliveryFile, DeliveryQuerySet, Receipt
from sharing.models.events import ItemEvent, ItemStage
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
    "ComplaintContact",
    "Concern",
    "ConcernEvent",
    "ConcernKind",
    "ConcernStatus",
    "ConcernTask",
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
    "GrantQuerySet",
    "GrantStatus",
    "ItemEvent",
    "ItemStage",
    "Pull",
    "PullQuerySet",
    "Receipt",
    "Subject",
    "TaskKind",
]
