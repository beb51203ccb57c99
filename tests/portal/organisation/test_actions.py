"""Changing the organisation: what follows, what is recorded, what is refused."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from portal.errors import Invalid, NotAllowed, NotVisible
from portal.ledger.models import Entry
from portal.organisation import access, actions, tokens, uscc
from portal.organisation.models import Department, Official, Post, Role, Substitution
from tests.world import SINCE, World

pytestmark = pytest.mark.django_db


def groups(official: Official) -> set[str]:
    return set(official.groups.values_list("department__name", flat=True))


def entry() -> Entry:
    return Entry.objects.latest("id")


def new_post(world: World, official: str, department: str, role: str, **facts: object) -> Post:
    post = Post(
        official=world.people[official], department=world.departments[department], role=role,
        valid_from=facts.pop("valid_from", world.today), **facts,
    )  # fmt: skip
    return actions.appoint(by=world.people["secadmin"], post=post, now=world.now)


class TestPosts:
    def test_an_appointment_gives_the_group_and_is_recorded(self, world: World):
        post = new_post(world, "clerk", "county_civil", Role.STEWARD)

        assert groups(world.people["clerk"]) == {"虹桥街道办事处", "崇川区民政局"}
        world.people["clerk"].refresh_from_db()
        assert world.people["clerk"].is_staff  # stewards attach sources in the administration
        assert (entry().kind, entry().actor, entry().object_id) == (
            "post.appointed", world.people["secadmin"], str(post.pk),
        )  # fmt: skip
        assert entry().data["after"]["role"] == "steward"
        assert entry().departments == [world.departments["county_civil"].pk]

    def test_nobody_appoints_themselves(self, world: World):
        post = Post(
            official=world.people["secadmin"], department=world.departments["police"],
            role=Role.CLERK, valid_from=world.today,
        )  # fmt: skip

        with pytest.raises(NotAllowed):
            actions.appoint(by=world.people["secadmin"], post=post, now=world.now)

        assert not Post.objects.filter(pk=post.pk).exists()

    def test_relief_takes_the_group_after_the_last_day(self, world: World):
        post = Post.objects.get(official=world.people["clerk"])

        actions.relieve(by=world.people["secadmin"], post=post, until=world.today, now=world.now)
        assert groups(world.people["clerk"]) == {"虹桥街道办事处"}

        actions.relieve(
            by=world.people["secadmin"], post=post, until=world.today - timedelta(1), now=world.now
        )
        assert groups(world.people["clerk"]) == set()
        assert entry().kind == "post.relieved"
        assert entry().data["after"] == {"valid_until": str(world.today - timedelta(1))}

    def test_nobody_ends_their_own_post(self, world: World):
        post = Post.objects.get(official=world.people["secadmin"])

        with pytest.raises(NotAllowed):
            actions.relieve(
                by=world.people["secadmin"], post=post, until=world.today, now=world.now
            )

    @pytest.mark.parametrize("key", ["sysadmin", "auditadmin"])
    def test_the_last_administrator_stays(self, world: World, key: str):
        post = Post.objects.get(official=world.people[key])

        with pytest.raises(NotAllowed) as caught:
            actions.relieve(
                by=world.people["secadmin"], post=post, until=world.today, now=world.now
            )
        assert caught.value.reason == "last_administrator"

        second = Official.objects.create_user("second", full_name="接任者")
        world.people["second"] = second
        new_post(world, "second", "police", post.role, valid_from=world.today + timedelta(1))
        actions.relieve(by=world.people["secadmin"], post=post, until=world.today, now=world.now)

    def test_units_of_a_department_bring_its_group_too(self, world: World):
        unit = actions.create_department(
            by=None, now=world.now,
            department=Department(
                name="社会救助处", parent=world.departments["civil_affairs"],
                region=world.regions["jiangsu"], valid_from=SINCE,
            ),
        )  # fmt: skip
        world.departments["unit"] = unit

        new_post(world, "stranger", "unit", Role.CLERK)

        assert groups(world.people["stranger"]) == {"苏州市民政局", "社会救助处", "江苏省民政厅"}


class TestSubstitution:
    def make(self, world: World, **facts: object) -> Substitution:
        content = {
            "principal": world.people["steward"], "substitute": world.people["clerk"],
            "valid_from": world.today, "valid_until": world.today + timedelta(days=3),
        }  # fmt: skip
        return actions.substitute(
            by=world.people["secadmin"], substitution=Substitution(**content | facts), now=world.now
        )

    def test_a_substitute_stands_in_for_all_business_posts(self, world: World):
        self.make(world)

        assert groups(world.people["clerk"]) == {"虹桥街道办事处", "江苏省公安厅"}
        stood_in = [
            post
            for post in access.held_posts(world.people["clerk"], world.today)
            if post.acting_for_id
        ]
        assert [(post.role, post.acting_for_name) for post in stood_in] == [("steward", "赵静")]
        assert entry().kind == "substitution.made"

    def test_it_ends_when_it_is_revoked(self, world: World):
        substitution = self.make(world)

        actions.revoke_substitution(
            by=world.people["secadmin"], substitution=substitution, now=world.now
        )

        assert groups(world.people["clerk"]) == {"虹桥街道办事处"}
        assert len(access.held_posts(world.people["clerk"], world.today)) == 1
        assert entry().kind == "substitution.revoked"

    @pytest.mark.parametrize(
        ("shift", "stands_in"), [(-1, False), (0, True), (3, True), (4, False)]
    )
    def test_it_holds_on_its_days(self, world: World, shift: int, *, stands_in: bool):
        self.make(world)
        on = world.today + timedelta(days=shift)

        actions.follow_posts(on=on)

        assert ("江苏省公安厅" in groups(world.people["clerk"])) == stands_in
        assert access.has_role(world.people["clerk"], [Role.STEWARD], on) == stands_in


class TestFollowing:
    def test_posts_begin_and_end_by_date(self, world: World):
        tomorrow = world.today + timedelta(1)
        new_post(world, "clerk", "police", Role.CLERK, valid_from=tomorrow, valid_until=tomorrow)
        seen = []
        for shift in range(3):
            actions.follow_posts(on=world.today + timedelta(shift))
            seen.append("江苏省公安厅" in groups(world.people["clerk"]))

        assert seen == [False, True, False]

    def test_a_second_run_changes_nothing(self, world: World):
        actions.follow_posts(on=world.today)

        assert actions.follow_posts(on=world.today) == 0

    def test_what_was_set_by_hand_is_set_right(self, world: World):
        actions.follow_posts(on=world.today)
        clerk, reviewer = world.people["clerk"], world.people["county_reviewer"]
        clerk.groups.set([world.departments["police"].group])
        Official.objects.filter(pk=clerk.pk).update(is_staff=True)
        Official.objects.filter(pk=reviewer.pk).update(is_staff=False)

        assert actions.follow_posts(on=world.today) == 2

        clerk.refresh_from_db()
        reviewer.refresh_from_db()
        assert groups(clerk) == {"虹桥街道办事处"}
        assert (clerk.is_staff, reviewer.is_staff) == (False, True)

    def test_groups_that_are_no_department_s_are_left_alone(self, world: World):
        other = Group.objects.create(name="other")
        world.people["clerk"].groups.add(other)

        actions.follow_posts(on=world.today)

        assert other in world.people["clerk"].groups.all()

    def test_administrators_are_in_no_group(self, world: World):
        actions.follow_posts(on=world.today)

        assert groups(world.people["sysadmin"]) == set()
        assert access.department_ids(world.people["sysadmin"], world.today) == set()


class TestAccounts:
    def create(self, world: World, **facts: object) -> Official:
        official = Official(
            username="new", full_name="欧阳新", department=world.departments["police"], **facts
        )
        return actions.create_official(
            by=world.people["sysadmin"], official=official, now=world.now
        )

    def test_a_new_account_has_no_password_and_no_rights(self, world: World):
        official = self.create(world, is_staff=True, is_superuser=True)

        official.refresh_from_db()
        assert not official.has_usable_password()
        assert not official.is_staff
        assert not official.is_superuser
        assert official.sort_key == "ou yang xin"
        assert entry().data["after"]["username"] == "new"
        assert "password" not in str(entry().data)

    def test_the_owner_activates_it_once(self, world: World, client):
        official = self.create(world)
        path = actions.activation_path(
            by=world.people["sysadmin"], official=official, now=world.now
        )
        password = {"password": "a long enough sentence", "again": "a long enough sentence"}

        assert client.get(path).status_code == 200
        assert client.post(path, password).status_code == 302

        official.refresh_from_db()
        assert official.check_password("a long enough sentence")
        assert client.get(path).status_code == 404
        assert client.post(path, password).status_code == 404
        kinds = list(Entry.objects.order_by("id").values_list("kind", flat=True))
        assert kinds == ["official.created", "official.activation_offered", "official.activated"]
        assert "sentence" not in str(list(Entry.objects.values_list("data", flat=True)))

    BAD = [
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "ouyangnew123", "again": "different one"}, "again"),
        ({"password": "1234567890123456", "again": "1234567890123456"}, "password"),
        ({}, "password"),
    ]

    @pytest.mark.parametrize(("content", "field"), BAD)
    def test_a_bad_password_is_explained(self, world: World, client, content, field):
        official = self.create(world)
        path = actions.activation_path(
            by=world.people["sysadmin"], official=official, now=world.now
        )

        answer = client.post(path, content)

        assert answer.status_code == 200
        assert field in answer.context["form"].errors
        official.refresh_from_db()
        assert not official.has_usable_password()

    @pytest.mark.parametrize(
        "key", ["", "x", "MQ", "!!", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
    )
    def test_a_made_up_link_is_no_link(self, key: str):
        with pytest.raises(NotVisible):
            actions.activate(key=key, token="aaaaaa-bbbbbbbb")

    def test_no_link_for_an_account_that_is_switched_off(self, world: World):
        official = self.create(world, is_active=False)

        with pytest.raises(NotAllowed):
            actions.activation_path(by=world.people["sysadmin"], official=official, now=world.now)

    def test_a_link_does_not_work_after_the_account_was_switched_off(self, world: World):
        official = self.create(world)
        path = actions.activation_path(
            by=world.people["sysadmin"], official=official, now=world.now
        )
        actions.deactivate(
            by=world.people["secadmin"], official=official, reason="离职", now=world.now
        )
        key, token = path.strip("/").split("/")[-2:]

        with pytest.raises(NotVisible):
            actions.set_first_password(
                key=key, token=token, password="a long sentence", now=world.now
            )

    def test_faults_of_a_password_come_all_at_once(self, world: World):
        official = self.create(world)
        path = actions.activation_path(
            by=world.people["sysadmin"], official=official, now=world.now
        )
        key, token = path.strip("/").split("/")[-2:]

        with pytest.raises(Invalid) as caught:
            actions.set_first_password(key=key, token=token, password="123", now=world.now)

        assert len(caught.value.faults) > 1

    def test_switching_off_ends_everything(self, world: World, client):
        clerk = world.people["clerk"]
        client.force_login(clerk)
        _token, clear = tokens.issue(
            official=clerk, name="x", scopes=["read"], days=1, now=world.now
        )

        actions.deactivate(
            by=world.people["secadmin"], official=clerk, reason="离职", now=world.now
        )

        assert client.get("/").status_code == 302  # to the sign-in page
        assert tokens.authenticate(clear, world.now) is None
        assert groups(clerk) == set()
        assert access.held_posts(Official.objects.get(pk=clerk.pk), world.today) == ()
        assert entry().data == {"reason": "离职"}

    def test_switching_on_again_revives_no_token(self, world: World):
        clerk, secadmin = world.people["clerk"], world.people["secadmin"]
        _token, clear = tokens.issue(
            official=clerk, name="x", scopes=["read"], days=1, now=world.now
        )
        actions.deactivate(by=secadmin, official=clerk, reason="离职", now=world.now)

        actions.reactivate(by=secadmin, official=clerk, now=world.now)

        assert Official.objects.get(pk=clerk.pk).is_active
        assert groups(clerk) == {"虹桥街道办事处"}
        assert tokens.authenticate(clear, world.now) is None
        assert entry().kind == "official.reactivated"

    @pytest.mark.parametrize("key", ["secadmin", "sysadmin"])
    def test_nobody_locks_the_portal_up(self, world: World, key: str):
        """Neither one's own account nor that of the last administrator of a kind."""
        with pytest.raises(NotAllowed):
            actions.deactivate(
                by=world.people["secadmin"], official=world.people[key], reason="x", now=world.now
            )

    def test_only_changes_are_recorded(self, world: World):
        clerk = world.people["clerk"]
        actions.update_official(by=world.people["sysadmin"], official=clerk, now=world.now)
        assert not Entry.objects.exists()

        clerk.full_name = "张海鸥"
        actions.update_official(by=world.people["sysadmin"], official=clerk, now=world.now)

        assert entry().data == {"before": {"full_name": "张海燕"}, "after": {"full_name": "张海鸥"}}
        assert Official.objects.get(pk=clerk.pk).sort_key == "zhang hai ou"


class TestDepartments:
    def make(self, world: World, **facts: object) -> Department:
        content = {
            "name": "江苏省重庆办", "region": world.regions["jiangsu"], "valid_from": SINCE,
            "uscc": uscc.compose("1", "1", "320000", "99990000"),
        }  # fmt: skip
        return actions.create_department(
            by=world.people["sysadmin"], department=Department(**content | facts), now=world.now
        )

    def test_a_department_brings_its_group(self, world: World):
        department = self.make(world)

        assert department.group.department == department
        assert department.sort_key == "jiang su sheng chong qing ban"
        assert entry().kind == "department.created"

    def test_a_dissolved_department_s_name_can_be_used_again(self, world: World):
        first = self.make(world)
        actions.close_department(
            by=world.people["sysadmin"],
            department=first,
            on=world.today,
            successor=None,
            now=world.now,
        )

        second = self.make(world, uscc=uscc.compose("1", "1", "320000", "99990001"))

        assert first.group_id != second.group_id
        assert list(Department.objects.in_office(world.today).filter(name=first.name)) == [second]

    def test_a_department_with_people_is_not_closed(self, world: World):
        def close(on: date) -> None:
            actions.close_department(
                by=world.people["sysadmin"], department=world.departments["county_civil"], on=on,
                successor=world.departments["civil_affairs"], now=world.now,
            )  # fmt: skip

        with pytest.raises(NotAllowed):
            close(world.today)

        posts = Post.objects.filter(department=world.departments["county_civil"])
        posts.update(valid_until=world.today)
        with pytest.raises(NotAllowed):
            close(world.today)
        close(world.today + timedelta(1))
        assert entry().data["after"]["successor"] == world.departments["civil_affairs"].pk

    def test_a_department_with_units_is_not_closed(self, world: World):
        department = self.make(world)
        self.make(world, uscc=None, name="办公室", parent=department)

        with pytest.raises(NotAllowed):
            actions.close_department(
                by=world.people["sysadmin"], department=department, on=world.today, successor=None,
                now=world.now,
            )  # fmt: skip

    def test_the_tree_stays_a_tree(self, world: World):
        above = self.make(world)
        below = self.make(world, uscc=None, name="办公室", parent=above)
        above.parent = below

        with pytest.raises(NotAllowed):
            actions.update_department(by=world.people["sysadmin"], department=above, now=world.now)

    def test_only_changes_are_recorded(self, world: World):
        department = self.make(world)
        department.short_name = "重庆办"

        actions.update_department(by=world.people["sysadmin"], department=department, now=world.now)
        actions.update_department(by=world.people["sysadmin"], department=department, now=world.now)

        assert entry().data == {"before": {"short_name": ""}, "after": {"short_name": "重庆办"}}
        assert Entry.objects.filter(kind="department.changed").count() == 1


def test_the_world_of_the_tests_agrees_with_the_actions(world: World):
    """The shared fixture builds groups by itself; they must be those the posts give."""
    before = {key: groups(official) for key, official in world.people.items()}

    actions.follow_posts(on=timezone.localdate(world.now))

    administrators = {"sysadmin", "secadmin", "auditadmin"}
    for key in world.people.keys() - administrators:
        assert groups(world.people[key]) == before[key]
