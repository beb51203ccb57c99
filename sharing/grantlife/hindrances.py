"""What stands in the way of a command whatever it contains; pages draw their buttons from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sharing.approval.terms import Signature
from sharing.grantlife import commands as c
from sharing.grantlife.state import State
from sharing.grantlife.terms import Cause, ChangeStep, Denial, Facts, Part, RenewalStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Who decides, when, and what the core was told: the same for all checks of one command."""

    part: Part
    by: Signature | None
    on: date
    facts: Facts


Check = Callable[[State, Setting], Denial | None]


def first(*checks: Check) -> Check:
    """A check that gives the first denial of several."""

    def both(state: State, setting: Setting) -> Denial | None:
        found = (check(state, setting) for check in checks)
        return next((denied for denied in found if denied is not None), None)

    return both


def _attached(_state: State, setting: Setting) -> Denial | None:
    return None if setting.facts.attached else Denial.NOT_ATTACHED


def _within_period(state: State, setting: Setting) -> Denial | None:
    return None if state.terms.ends_on >= setting.on else Denial.PERIOD_OVER


def _no_renewal(state: State, _setting: Setting) -> Denial | None:
    return None if state.renewal is None else Denial.RENEWAL_OPEN


def _renewal(state: State, _setting: Setting) -> Denial | None:
    return None if state.renewal is not None else Denial.NO_RENEWAL


def _in_window(state: State, setting: Setting) -> Denial | None:
    opens = state.terms.ends_on - timedelta(days=setting.facts.renewal_window_days)
    return None if setting.on >= opens else Denial.TOO_EARLY


def _to_endorse(state: State, _setting: Setting) -> Denial | None:
    endorsed = state.renewal is not None and state.renewal.step is RenewalStep.ENDORSED
    return Denial.ALREADY_ENDORSED if endorsed else None


def _endorsed(state: State, _setting: Setting) -> Denial | None:
    asked = state.renewal is not None and state.renewal.step is RenewalStep.ASKED
    return Denial.NOT_ENDORSED if asked else None


def _another_person(state: State, setting: Setting) -> Denial | None:
    """Asking, endorsing and consenting are three people's, in their own or another's name (R19)."""
    if state.renewal is None or setting.by is None:
        return None
    signed = (state.renewal.asked_by, state.renewal.endorsed_by)
    spent = frozenset().union(*(one.identities for one in signed if one is not None))
    return Denial.SAME_PERSON if setting.by.identities & spent else None


def _not_of_the_authority(state: State, setting: Setting) -> Denial | None:
    """What the authority suspended only the authority lifts or ends."""
    imposed = state.suspension is not None and state.suspension.part is Part.AUTHORITY
    return Denial.AUTHORITY_SUSPENDED if imposed and setting.part is not Part.AUTHORITY else None


def _misuse(state: State, _setting: Setting) -> Denial | None:
    misuse = state.suspension is not None and state.suspension.cause is Cause.MISUSE
    return None if misuse else Denial.NO_RECTIFICATION


def _rectification_over(state: State, setting: Setting) -> Denial | None:
    """It ended with a report to judge, or with its last day."""
    suspension = state.suspension
    if suspension is None or suspension.reported or suspension.rectify_by is None:
        return None
    return Denial.RECTIFICATION_RUNS if setting.on <= suspension.rectify_by else None


def _no_change(state: State, _setting: Setting) -> Denial | None:
    return None if state.change is None else Denial.CHANGE_OPEN


def _change(state: State, _setting: Setting) -> Denial | None:
    return None if state.change is not None else Denial.NO_CHANGE


def _not_filed(state: State, _setting: Setting) -> Denial | None:
    filed = state.change is not None and state.change.step is ChangeStep.FILED
    return Denial.ALREADY_FILED if filed else None


def _negotiated(state: State, _setting: Setting) -> Denial | None:
    open_ = state.change is not None and state.change.step is ChangeStep.PROPOSED
    return Denial.NOT_NEGOTIATED if open_ else None


def _filed_and_due(state: State, setting: Setting) -> Denial | None:
    if state.change is None or state.change.step is not ChangeStep.FILED:
        return Denial.NOT_FILED
    return None if setting.on >= state.change.effective_on else Denial.NOT_DUE


def _emergency(state: State, _setting: Setting) -> Denial | None:
    return None if state.emergency_unfiled else Denial.NOTHING_TO_FILE


def _past_end(state: State, setting: Setting) -> Denial | None:
    return None if state.terms.ends_on < setting.on else Denial.NOT_DUE


def _not_disposed(state: State, _setting: Setting) -> Denial | None:
    return None if state.disposed_on is None else Denial.ALREADY_DISPOSED


HINDRANCES: Final[Mapping[c.CommandType, Check]] = {
    c.Activate: first(_within_period, _attached),
    c.AskRenewal: first(_within_period, _no_renewal, _in_window),
    c.WithdrawRenewal: _renewal,
    c.EndorseRenewal: first(_renewal, _within_period, _to_endorse, _another_person),
    c.ConsentRenewal: first(_renewal, _within_period, _endorsed, _another_person),
    c.RefuseRenewal: _renewal,
    c.Narrow: _within_period,
    c.ReportRectification: _misuse,
    c.ExtendRectification: first(_not_of_the_authority, _misuse),
    c.Restore: first(_not_of_the_authority, _within_period, _attached),
    c.Terminate: first(_not_of_the_authority, _misuse, _rectification_over),
    c.ProposeChange: _no_change,
    c.AnswerChange: first(_change, _not_filed),
    c.RecordNegotiation: first(_change, _not_filed),
    c.FileChange: first(_change, _not_filed, _negotiated),
    c.DropChange: _change,
    c.FileEmergency: _emergency,
    c.TakeEffect: _filed_and_due,
    c.Expire: _past_end,
    c.ConfirmDisposal: _not_disposed,
}
