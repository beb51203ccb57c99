"""May it be done, and what happens then? One answer for pages, REST, admin and the clockwork."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

from sharing.approval.clocks import local_day
from sharing.approval.terms import Signature
from sharing.grantlife import commands as c
from sharing.grantlife import events as e
from sharing.grantlife.hindrances import HINDRANCES, Setting
from sharing.grantlife.rules import RULES, denial
from sharing.grantlife.state import Change, State
from sharing.grantlife.terms import (
    Actor,
    Cause,
    ChangeKind,
    Denial,
    Denied,
    Disposal,
    Facts,
    Held,
    Terms,
    region_within,
)

Events: TypeAlias = tuple[e.Event, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A state with everything a decision needs beside the command."""

    state: State
    setting: Setting
    at: datetime

    @property
    def by(self) -> Signature | None:
        return self.setting.by

    @property
    def on(self) -> date:
        return self.setting.on

    @property
    def terms(self) -> Terms:
        return self.state.terms


def decide(
    state: State, command: c.Command, *, actor: Actor, now: datetime, facts: Facts
) -> Events | Denied:
    """The events that follow, or why not; the same for the same arguments."""
    if command.seen is not None and command.seen != state.version:
        return Denied(Denial.STALE)
    kind = type(command)
    setting = _setting(state, kind, actor, local_day(now), facts)
    if isinstance(setting, Denial):
        return Denied(setting)
    answer = _OUTCOMES[kind](_Case(state, setting, now), command)
    return Denied(answer) if isinstance(answer, Denial) else answer


def available(
    state: State, *, actor: Actor, now: datetime, facts: Facts
) -> dict[c.CommandType, Denial | None]:
    """For every command: None if the actor could give it now, or why not."""
    on = local_day(now)
    answers = {kind: _setting(state, kind, actor, on, facts) for kind in RULES}
    return {
        kind: answer if isinstance(answer, Denial) else None for kind, answer in answers.items()
    }


def _setting(
    state: State, kind: c.CommandType, actor: Actor, on: date, facts: Facts
) -> Setting | Denial:
    """As whom the actor may give the command, or why not: their first part without a denial."""
    fitting = [held for held in actor.held if held.part in RULES[kind].parts]
    denied = denial(state.status, fitting[0].part if fitting else None, kind)
    if denied is not None:
        return denied
    fitting.sort(key=lambda held: held.acting_for is not None)
    return _tried(state, kind, [_as(actor, held, on, facts) for held in fitting])


def _as(actor: Actor, held: Held, on: date, facts: Facts) -> Setting:
    return Setting(part=held.part, by=actor.signature(held), on=on, facts=facts)


def _tried(state: State, kind: c.CommandType, settings: list[Setting]) -> Setting | Denial:
    check = HINDRANCES.get(kind)
    if check is None:
        return settings[0]
    answers = [(check(state, one), one) for one in settings]
    free = [one for denied, one in answers if denied is None]
    return free[0] if free else answers[0][0] or Denial.NOT_NOW


# --- what follows --------------------------------------------------------------------------


def _activate(case: _Case, _command: c.Activate) -> Events | Denial:
    return (e.Activated(at=case.at, by=case.by),)


def _ask_renewal(case: _Case, command: c.AskRenewal) -> Events | Denial:
    if command.until <= case.terms.ends_on:
        return Denial.RENEWAL_SHORTENS
    longest = case.terms.ends_on + timedelta(days=case.setting.facts.longest_renewal_days)
    if command.until > longest:
        return Denial.RENEWAL_TOO_LONG
    if not (command.use.strip() and command.results.strip()):
        return Denial.REPORT_MISSING
    keep = _kept(case.terms.keys, command.keep)
    if isinstance(keep, Denial):
        return keep
    asked = e.RenewalAsked(
        at=case.at, by=case.by, until=command.until, keep=keep, use=command.use,
        results=command.results,
    )  # fmt: skip
    return (asked,)


def _kept(keys: tuple[str, ...], wanted: tuple[str, ...] | None) -> tuple[str, ...] | Denial:
    """Those of ``keys`` that stay; None keeps all."""
    if wanted is None:
        return keys
    if not set(wanted) <= set(keys):
        return Denial.WIDENS
    return tuple(key for key in keys if key in set(wanted)) or Denial.NARROWED_TO_NOTHING


def _withdraw_renewal(case: _Case, _command: c.WithdrawRenewal) -> Events | Denial:
    return (e.RenewalWithdrawn(at=case.at, by=case.by),)


def _endorse(case: _Case, command: c.EndorseRenewal) -> Events | Denial:
    renewal = case.state.renewal
    keep = _kept(renewal.keep, command.keep) if renewal else Denial.NO_RENEWAL
    if isinstance(keep, Denial):
        return keep
    return (e.RenewalEndorsed(at=case.at, by=case.by, keep=keep, comment=command.comment),)


def _consent(case: _Case, command: c.ConsentRenewal) -> Events | Denial:
    """The fields asked for as they are granted today: masks raised meanwhile stay raised."""
    renewal = case.state.renewal
    if renewal is None:
        return Denial.NO_RENEWAL
    terms = replace(case.terms.keeping(renewal.keep), ends_on=renewal.until)
    return (e.Renewed(at=case.at, by=case.by, terms=terms, comment=command.comment),)


def _refuse_renewal(case: _Case, command: c.RefuseRenewal) -> Events | Denial:
    if not command.reason.strip():
        return Denial.REASON_MISSING
    return (e.RenewalRefused(at=case.at, by=case.by, reason=command.reason),)


def narrowed(terms: Terms, wanted: c.Narrow | c.ProposeChange, on: date) -> Terms | Denial:
    """``terms`` cut down to what is wanted; never wider in anything (R21)."""
    keep = _kept(terms.keys, wanted.keep)
    if isinstance(keep, Denial):
        return keep
    ends = terms.ends_on if wanted.ends_on is None else wanted.ends_on
    rows = terms.row_region if wanted.row_region is None else wanted.row_region
    quota = terms.quota if wanted.quota is None else wanted.quota
    wider_quota = terms.quota is not None and quota is not None and quota > terms.quota
    if ends > terms.ends_on or not region_within(rows, terms.row_region) or wider_quota:
        return Denial.WIDENS
    if ends < on:
        return Denial.DAY_PAST
    after = replace(terms.keeping(keep), ends_on=ends, row_region=rows, quota=quota)
    return Denial.NOTHING_CHANGED if after == terms else after


def _narrow(case: _Case, command: c.Narrow) -> Events | Denial:
    after = narrowed(case.terms, command, case.on)
    if isinstance(after, Denial):
        return after
    return (_narrowing(case, after, command.reason),)


def _narrowing(case: _Case, after: Terms, reason: str) -> e.Narrowed:
    withheld = tuple(key for key in case.terms.keys if key not in after.keys)
    return e.Narrowed(at=case.at, by=case.by, terms=after, withheld=withheld, reason=reason)


def _raise_masks(case: _Case, command: c.RaiseMasks) -> Events | Denial:
    """Only masks and grades of fields that are granted; anything else would widen."""
    stricter = {field.key: field for field in command.fields}
    if not set(stricter) <= set(case.terms.keys):
        return Denial.WIDENS
    fields = tuple(
        replace(one, mask=stricter[one.key].mask, grade=stricter[one.key].grade)
        if one.key in stricter
        else one
        for one in case.terms.fields
    )
    if fields == case.terms.fields:
        return Denial.NOTHING_CHANGED
    terms = replace(case.terms, fields=fields)
    return (e.MasksRaised(at=case.at, by=case.by, terms=terms, raised=tuple(stricter)),)


def _suspend(case: _Case, command: c.Suspend) -> Events | Denial:
    if not command.reason.strip():
        return Denial.REASON_MISSING
    if not command.facts.strip():
        return Denial.FACTS_MISSING
    if command.rectify_by < case.on:
        return Denial.DAY_PAST
    suspended = e.Suspended(
        at=case.at, by=case.by, part=case.setting.part, cause=Cause.MISUSE, reason=command.reason,
        facts=command.facts, rectify_by=command.rectify_by,
    )  # fmt: skip
    return (suspended,)


def _emergency_stop(case: _Case, command: c.EmergencyStop) -> Events | Denial:
    if not command.reason.strip():
        return Denial.REASON_MISSING
    stopped = e.Suspended(
        at=case.at, by=case.by, part=case.setting.part, cause=Cause.SAFETY, reason=command.reason,
        facts=command.facts,
    )  # fmt: skip
    return (stopped,)


def _report(case: _Case, command: c.ReportRectification) -> Events | Denial:
    if not command.text.strip():
        return Denial.REPORT_MISSING
    return (e.RectificationReported(at=case.at, by=case.by, text=command.text),)


def _extend(case: _Case, command: c.ExtendRectification) -> Events | Denial:
    if not command.reason.strip():
        return Denial.REASON_MISSING
    if command.rectify_by < case.on:
        return Denial.DAY_PAST
    extended = e.RectificationExtended(
        at=case.at, by=case.by, reason=command.reason, rectify_by=command.rectify_by
    )
    return (extended,)


def _restore(case: _Case, command: c.Restore) -> Events | Denial:
    return (e.Restored(at=case.at, by=case.by, reason=command.reason),)


def _terminated(case: _Case, cause: Cause, reason: str) -> e.Terminated:
    due = case.setting.facts.disposal_due_on
    return e.Terminated(at=case.at, by=case.by, cause=cause, reason=reason, disposal_due_on=due)


def _terminate(case: _Case, command: c.Terminate) -> Events | Denial:
    if not command.reason.strip():
        return Denial.REASON_MISSING
    return (_terminated(case, Cause.MISUSE, command.reason),)


def _end_by_rule(case: _Case, command: c.EndByRule) -> Events | Denial:
    return (_terminated(case, Cause.RULE, command.reason),)


def _give_up(case: _Case, command: c.GiveUp) -> Events | Denial:
    if not command.reason.strip():
        return Denial.REASON_MISSING
    return (_terminated(case, Cause.NOT_NEEDED, command.reason),)


def _propose(case: _Case, command: c.ProposeChange) -> Events | Denial:
    if not command.reason.strip():
        return Denial.REASON_MISSING
    if command.effective_on < case.on:
        return Denial.DAY_PAST
    terms = None
    if command.change is ChangeKind.NARROWING:
        after = narrowed(case.terms, command, command.effective_on)
        if isinstance(after, Denial):
            return after
        terms = after
    proposed = e.ChangeProposed(
        at=case.at, by=case.by, change=command.change, effective_on=command.effective_on,
        reason=command.reason, terms=terms,
    )  # fmt: skip
    return (proposed,)


def _answer(case: _Case, command: c.AnswerChange) -> Events | Denial:
    if not command.text.strip():
        return Denial.REASON_MISSING
    return (e.ChangeAnswered(at=case.at, by=case.by, agreed=command.agreed, text=command.text),)


def _negotiation(case: _Case, command: c.RecordNegotiation) -> Events | Denial:
    if not (command.text.strip() and command.participants.strip()):
        return Denial.FACTS_MISSING
    if command.held_on > case.on:
        return Denial.DAY_AHEAD
    recorded = e.NegotiationRecorded(
        at=case.at, by=case.by, held_on=command.held_on, participants=command.participants,
        agreed=command.agreed, text=command.text,
    )  # fmt: skip
    return (recorded,)


def _drop_change(case: _Case, command: c.DropChange) -> Events | Denial:
    if not command.reason.strip():
        return Denial.REASON_MISSING
    return (e.ChangeDropped(at=case.at, by=case.by, reason=command.reason),)


def _file(case: _Case, command: c.FileChange | c.FileEmergency) -> Events | Denial:
    if not command.filing_number.strip():
        return Denial.FACTS_MISSING
    filed = e.ChangeFiled if isinstance(command, c.FileChange) else e.EmergencyFiled
    number, comment = command.filing_number, command.comment
    return (filed(at=case.at, by=case.by, filing_number=number, comment=comment),)


def _take_effect(case: _Case, _command: c.TakeEffect) -> Events | Denial:
    change = case.state.change
    if change is None:
        return Denial.NO_CHANGE
    if change.kind is ChangeKind.TERMINATION:
        return (_terminated(case, Cause.SERVICE, change.reason),)
    changed = e.ServiceChanged(at=case.at, by=case.by, change=change.kind, reason=change.reason)
    after = _met(case.terms, change)
    if not after.fields:  # what was to stay has been given up meanwhile
        return (_terminated(case, Cause.SERVICE, change.reason),)
    if after == case.terms:
        return (changed,)
    return (_narrowing(case, after, change.reason), changed)


def _met(terms: Terms, change: Change) -> Terms:
    """What both the terms of today and those of the planned narrowing allow."""
    planned = change.terms
    if planned is None:
        return terms
    quotas = [one for one in (terms.quota, planned.quota) if one is not None]
    inner = terms.row_region
    if region_within(planned.row_region, inner):
        inner = planned.row_region
    return replace(
        terms.keeping(planned.keys),
        ends_on=min(terms.ends_on, planned.ends_on),
        row_region=inner,
        quota=min(quotas, default=None),
    )


def _expire(case: _Case, _command: c.Expire) -> Events | Denial:
    return (e.Expired(at=case.at, by=case.by, disposal_due_on=case.setting.facts.disposal_due_on),)


def _confirm_disposal(case: _Case, command: c.ConfirmDisposal) -> Events | Denial:
    if command.disposed_on > case.on:
        return Denial.DAY_AHEAD
    if command.how is Disposal.KEPT_BY_LAW and not command.citation.strip():
        return Denial.CITATION_MISSING
    if not (command.certificate.strip() and command.responsible.strip()):
        return Denial.PROOF_MISSING
    confirmed = e.DisposalConfirmed(
        at=case.at, by=case.by, how=command.how, disposed_on=command.disposed_on,
        responsible=command.responsible, certificate=command.certificate,
        citation=command.citation,
    )  # fmt: skip
    return (confirmed,)


_OUTCOMES: Final[Mapping[c.CommandType, Callable[[_Case, Any], Events | Denial]]] = {
    c.Activate: _activate,
    c.AskRenewal: _ask_renewal,
    c.WithdrawRenewal: _withdraw_renewal,
    c.EndorseRenewal: _endorse,
    c.ConsentRenewal: _consent,
    c.RefuseRenewal: _refuse_renewal,
    c.Narrow: _narrow,
    c.RaiseMasks: _raise_masks,
    c.Suspend: _suspend,
    c.EmergencyStop: _emergency_stop,
    c.ReportRectification: _report,
    c.ExtendRectification: _extend,
    c.Restore: _restore,
    c.Terminate: _terminate,
    c.EndByRule: _end_by_rule,
    c.GiveUp: _give_up,
    c.ProposeChange: _propose,
    c.AnswerChange: _answer,
    c.RecordNegotiation: _negotiation,
    c.FileChange: _file,
    c.DropChange: _drop_change,
    c.FileEmergency: _file,
    c.TakeEffect: _take_effect,
    c.Expire: _expire,
    c.ConfirmDisposal: _confirm_disposal,
}
