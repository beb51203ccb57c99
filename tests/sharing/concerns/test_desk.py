"""The desk: the list of work, words for every code, departments that change."""

import pytest
from django.db import DatabaseError, transaction

from catalog.models import Resource
from portal.organisation.models import Role
from sharing import concerns
from sharing.actions.concerns import available_concern_verbs
from sharing.concern_kinds import LEDGER
from sharing.concern_reasons import DENIALS
from sharing.disputes.events import EVENTS
from sharing.disputes.terms import DenialCode, Verb
from sharing.models import (
    Concern,
    ConcernEvent,
    ConcernTask,
)
from sharing.presenting.concerns import NEXT, TONES, VERBS
from tests.sharing.concerns.desk import (
    act,
    assigned,
    corrected,
    correction,
    dispute,
    objection,
    sees,
)
from tests.world import World, hire


def test_the_list_of_work_agrees_with_the_core(world: World):
    made = (
        [correction(world), objection(world), dispute(world, None)]
        if not Concern.objects.exists()
        else []
    )
    made.append(assigned(world).concern)
    made.append(corrected(world, made[0]))
    for person, official in world.people.items():
        waiting = set(concerns.waiting_for(official, world.today).values_list("pk", flat=True))
        can = {
            one.pk
            for one in Concern.objects.all()
            if sees(world, person, one)
            and any(
                reason is None and verb is not Verb.TAKE_BACK
                for verb, reason in available_concern_verbs(one, official, world.now).items()
            )
        }
        # what is done already may be done again by the head of the authority: to give it anew
        assert waiting <= can, person
        assigned_away = {one.pk for one in made if one.status == "assigned"}
        assert can - waiting <= assigned_away | {made[3].pk}, person


def test_events_are_never_changed(world: World):
    event = ConcernEvent.objects.get(concern=correction(world))
    for change in (event.delete, lambda: ConcernEvent.objects.update(kind="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_every_code_has_its_words():
    assert set(DENIALS) == set(DenialCode)
    assert {f"concern.{name}" for name in EVENTS} <= set(LEDGER)
    statuses = {value for value, _label in Concern._meta.get_field("status").choices}
    assert set(TONES) == set(NEXT) == statuses
    assert set(VERBS) == set(Verb)


def test_a_successor_goes_on_with_what_the_department_had(world: World):
    concern = correction(world)
    new, old = world.departments["civil_affairs"], world.departments["police"]
    hire(world, "civil_steward", "civil_affairs", Role.STEWARD)
    old.successor, old.valid_until = new, world.today
    old.save()
    act(world, concern, "civil_steward", Verb.ACCEPT)
    assert Resource.objects.filter(pk=concern.resource_id).exists()
    assert not ConcernTask.objects.exists()
