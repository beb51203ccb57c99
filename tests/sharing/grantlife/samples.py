"""Terms, people and one lawful command of each kind."""

from datetime import UTC, date, datetime, timedelta

from sharing.approval.terms import Person
from sharing.grantlife import commands as c
from sharing.grantlife.terms import Actor, ChangeKind, Disposal, Facts, Field, Held, Part, Terms

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ENDS = TODAY + timedelta(days=60)
FIELDS = tuple(Field(key=key, name=key.upper(), type="C") for key in ("a", "b", "c"))
TERMS = Terms(fields=FIELDS, ends_on=ENDS, row_region="320613", quota=10)
FACTS = Facts(disposal_due_on=TODAY + timedelta(days=14))


def person(number: int, *parts: Part, for_: int | None = None) -> Actor:
    """Somebody with these parts, their own or those of number ``for_``."""
    principal = None if for_ is None else Person(for_, f"p{for_}")
    return Actor(Person(number, f"p{number}"), tuple(Held(part, principal) for part in parts))


ACTORS = {
    Part.RECIPIENT: person(1, Part.RECIPIENT),
    Part.STEWARD: person(2, Part.STEWARD),
    Part.PROVIDER_HEAD: person(3, Part.PROVIDER_HEAD),
    Part.AUTHORITY: person(4, Part.AUTHORITY),
    Part.FILING: person(5, Part.AUTHORITY, Part.FILING),
    Part.CLOCK: Actor(None, (Held(Part.CLOCK),)),
}

COMMANDS: dict[str, c.Command] = {
    "activate": c.Activate(),
    "ask_renewal": c.AskRenewal(until=ENDS + timedelta(days=90), use="核对", results="准"),
    "withdraw_renewal": c.WithdrawRenewal(),
    "endorse_renewal": c.EndorseRenewal(),
    "consent_renewal": c.ConsentRenewal(),
    "refuse_renewal": c.RefuseRenewal(reason="停用"),
    "narrow": c.Narrow(keep=("a",)),
    "raise_masks": c.RaiseMasks(
        fields=(Field(key="a", name="A", type="C", grade=4, mask="redact"),)
    ),
    "suspend": c.Suspend(reason="超范围", facts="日志", rectify_by=TODAY + timedelta(days=7)),
    "emergency_stop": c.EmergencyStop(reason="泄露风险"),
    "report_rectification": c.ReportRectification(text="已改"),
    "extend_rectification": c.ExtendRectification(
        reason="未到位", rectify_by=TODAY + timedelta(days=14)
    ),
    "restore": c.Restore(reason="已整改"),
    "terminate": c.Terminate(reason="拒不整改"),
    "end_by_rule": c.EndByRule(reason="期满"),
    "give_up": c.GiveUp(reason="用途结束"),
    "propose_change": c.ProposeChange(
        change=ChangeKind.TERMINATION, effective_on=TODAY + timedelta(days=30), reason="系统下线"
    ),
    "answer_change": c.AnswerChange(agreed=True, text="同意"),
    "record_negotiation": c.RecordNegotiation(
        held_on=TODAY, participants="双方", agreed=True, text="一致"
    ),
    "file_change": c.FileChange(filing_number="备2026-1"),
    "drop_change": c.DropChange(reason="继续"),
    "file_emergency": c.FileEmergency(filing_number="备2026-2"),
    "take_effect": c.TakeEffect(),
    "expire": c.Expire(),
    "confirm_disposal": c.ConfirmDisposal(
        how=Disposal.DELETED, disposed_on=TODAY, responsible="张海燕", certificate="销毁记录1号"
    ),
}
