"""Models of sharing."""

from sharing.models.applications import Application, ApplicationItem, ApplicationQuerySet
from sharing.models.attachments import ApplicationAttachment
from sharing.models.autonomy import ConsentRule, ConsentRuleKind, ConsentRuleQuerySet
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
from sharing.models.emergencies import EmergencyAccess, EmergencyEnd
from sharing.models.events import ItemEvent, ItemStage
from sharing.models.feeds import CalendarFeed, FeedEntry
from sharing.models.grant_life import GrantEvent, UsageRecord
from sharing.models.grants import Grant, GrantQuerySet, GrantStatus
from sharing.models.numbers import Counter
from sharing.models.oversight import Ladder, LadderStep, OversightEvent, OversightItem
from sharing.models.policies import ChainPolicy, ChainPolicyQuerySet, PolicyStatus
from sharing.models.pulls import Pull, PullQuerySet
from sharing.models.quality import (
    DataCheck,
    DataCheckResult,
    DataRule,
    DataRuleKind,
    FailingRow,
)
from sharing.models.signoffs import SignOff, SignOffLine
from sharing.models.simulations import PolicySimulation, SimulatedCase

__all__ = [
    "Application",
    "ApplicationAttachment",
    "ApplicationItem",
    "ApplicationQuerySet",
    "CalendarFeed",
    "ChainPolicy",
    "ChainPolicyQuerySet",
    "ComplaintContact",
    "Concern",
    "ConcernEvent",
    "ConcernKind",
    "ConcernStatus",
    "ConcernTask",
    "ConsentRule",
    "ConsentRuleKind",
    "ConsentRuleQuerySet",
    "Counter",
    "DataCheck",
    "DataCheckResult",
    "DataRule",
    "DataRuleKind",
    "Delivery",
    "DeliveryFile",
    "DeliveryQuerySet",
    "EmergencyAccess",
    "EmergencyEnd",
    "FailingRow",
    "FeedEntry",
    "Grant",
    "GrantEvent",
    "GrantQuerySet",
    "GrantStatus",
    "ItemEvent",
    "ItemStage",
    "Ladder",
    "LadderStep",
    "OversightEvent",
    "OversightItem",
    "PolicySimulation",
    "PolicyStatus",
    "Pull",
    "PullQuerySet",
    "Receipt",
    "SignOff",
    "SignOffLine",
    "SimulatedCase",
    "Subject",
    "TaskKind",
    "UsageRecord",
]
