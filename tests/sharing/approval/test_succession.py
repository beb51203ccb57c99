"""Another office takes a stage over: it waits there, and what was signed stays as it was."""

from sharing.approval.commands import Sign
from sharing.approval.events import OfficeSucceeded
from sharing.approval.evolve import evolve, fold
from sharing.approval.terms import Actor, DenialCode, Office, PostHeld, StageStatus
from tests.sharing.approval.cases import HEAD, HOME_STAGE, NOW, Case

NEW = Office(99, "虹桥新区管理委员会", "320613100")


def succeed(case: Case, position: int) -> None:
    event = OfficeSucceeded(at=NOW, position=position, office=NEW, reason="苏编办发〔2026〕12号")
    case.events.append(event)
    case.state = evolve(case.state, event)
    assert fold(case.events, case.start) == case.state


def test_the_stage_waits_for_the_new_office_and_for_nobody_of_the_old_one():
    case = Case().submit()
    succeed(case, 1)
    assert case.state.waiting.stage.office == NEW
    assert case.state.asked[0].stages[0].office == NEW
    assert case.denied(Sign(seen=case.seen), HEAD) is DenialCode.NOT_A_HOLDER
    heir = Actor(501, "新负责人", (PostHeld(NEW.id, HOME_STAGE.role),))
    case.do(Sign(seen=case.seen), heir)
    assert case.state.stages[0].status is StageStatus.SIGNED


def test_a_later_stage_is_handed_over_before_it_is_reached():
    case = Case().submit()
    last = len(case.state.stages)
    succeed(case, last)
    case.sign(HEAD)
    assert case.state.stages[0].stage.office == HOME_STAGE.office
    assert case.state.stages[last - 1].stage.office == NEW
    assert case.state.stages[last - 1].status is StageStatus.WAITING
