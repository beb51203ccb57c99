"""Working in the administration: accounts, posts, departments, calendar, refusals in words."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal.ledger.models import Entry
from portal.organisation import tokens, uscc
from portal.organisation.faults import RULES
from portal.organisation.models import (
    ApiToken,
    Department,
    Official,
    Post,
    Region,
    Role,
    Substitution,
)
from portal.worktime.models import DeadlineRule, Holiday
from tests.portal.organisation.conftest import Enter, inlines
from tests.world import World

pytestmark = pytest.mark.django_db


def page(model: str, kind: str, *args: object) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_{kind}", args=args)


def said(rule: str) -> str:
    """What the world's people, who read Chinese, are told."""
    with translation.override("zh-hans"):
        return str(RULES[rule])


def kinds() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("kind", flat=True))


class TestAccounts:
    def test_the_system_administrator_makes_one_without_password(self, world: World, enter: Enter):
        content = {
            "username": "zhou.min", "full_name": "周敏敏", "email": "", "language": "",
            "department": world.departments["police"].pk,
        }  # fmt: skip

        answer = enter("sysadmin").post(page("organisation.official", "add"), content)

        assert answer.status_code == 302
        official = Official.objects.get(username="zhou.min")
        assert not official.has_usable_password()
        assert kinds() == ["official.created"]

    def test_a_name_in_use_comes_back_at_its_field(self, enter: Enter):
        content = {"username": "clerk", "full_name": "别人", "email": "", "language": ""}

        answer = enter("sysadmin").post(page("organisation.official", "add"), content)

        assert answer.status_code == 200
        assert "username" in answer.context["adminform"].form.errors
        assert "别人" in answer.content.decode()

    def test_nobody_makes_themselves_superuser(self, world: World, enter: Enter):
        client = enter("sysadmin")
        target = world.people["sysadmin"]
        content = {
            "username": "sysadmin", "full_name": "系统管理员", "email": "", "language": "zh-hans",
            "department": target.department_id, "is_superuser": "on", "is_staff": "on",
            "groups": [group.pk for group in world.people["clerk"].groups.all()], "password": "x",
        }  # fmt: skip

        client.post(page("organisation.official", "change", target.pk), content)

        target.refresh_from_db()
        assert not target.is_superuser
        assert not target.groups.exists()
        assert target.has_usable_password()

    def test_the_security_administrator_edits_no_field(self, world: World, enter: Enter):
        clerk = world.people["clerk"]
        content = {"username": "x", "full_name": "x", "department": "", "email": "a@b.cn"}

        answer = enter("secadmin").post(
            page("organisation.official", "change", clerk.pk), inlines(posts=1) | content
            | {"posts-0-id": Post.objects.get(official=clerk).pk},
        )  # fmt: skip

        assert answer.status_code == 302
        clerk.refresh_from_db()
        assert (clerk.username, clerk.full_name, clerk.email) == ("clerk", "张海燕", "")
        assert kinds() == []

    def test_the_link_for_the_first_password_is_made_by_a_button(self, world: World, enter: Enter):
        client = enter("sysadmin")
        button = page("organisation.official", "offer_activation", world.people["clerk"].pk)

        assert "activate/" not in client.get(button).content.decode()
        assert kinds() == []
        text = client.post(button).content.decode()

        path = re.search(r"http://testserver(/account/activate/[^<\s]+)", text)
        assert path
        assert Client().get(path.group(1)).status_code == 200
        assert kinds() == ["official.activation_offered"]
        assert enter("secadmin").post(button).status_code == 403

    def test_locking_asks_for_a_reason_and_a_post(self, world: World, enter: Enter):
        clerk = world.people["clerk"]
        client = enter("secadmin")
        button = page("organisation.official", "switch_off", clerk.pk)

        assert client.get(button).status_code == 200
        assert client.post(button, {"reason": ""}).status_code == 200
        clerk.refresh_from_db()
        assert clerk.is_active
        assert client.post(button, {"reason": "调离"}).status_code == 302
        clerk.refresh_from_db()
        assert not clerk.is_active
        assert Entry.objects.latest("id").data == {"reason": "调离"}

        assert client.post(button, {"reason": "又一次"}).status_code == 403
        client.post(page("organisation.official", "switch_on", clerk.pk))
        clerk.refresh_from_db()
        assert clerk.is_active

    @pytest.mark.parametrize("key", ["sysadmin", "auditadmin", "steward"])
    def test_others_do_not_lock(self, world: World, enter: Enter, key: str):
        button = page("organisation.official", "switch_off", world.people["clerk"].pk)

        assert enter(key).post(button, {"reason": "x"}).status_code == 403

    def test_a_refusal_is_said_on_the_page(self, world: World, enter: Enter):
        client = enter("secadmin")
        target = world.people["auditadmin"]

        answer = client.post(
            page("organisation.official", "switch_off", target.pk), {"reason": "x"}, follow=True
        )

        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
        target.refresh_from_db()
        assert target.is_active

    def test_an_account_cannot_be_deleted(self, world: World, enter: Enter):
        client = enter("superuser")
        target = world.people["stranger"]

        assert (
            client.post(
                page("organisation.official", "delete", target.pk), {"post": "yes"}
            ).status_code
            == 403
        )
        assert Official.objects.filter(pk=target.pk).exists()


class TestPosts:
    def give(self, world: World, client: Client, official: str, department: str, role: str):
        target = world.people[official]
        own = Post.objects.get(official=target)
        content = inlines(
            posts=1,
            **{
                "posts-0-id": own.pk, "posts-0-official": target.pk,
                "posts-0-department": own.department_id, "posts-0-role": own.role,
                "posts-0-valid_from": own.valid_from, "posts-0-valid_until": "",
                "posts-1-id": "", "posts-1-official": target.pk,
                "posts-1-department": world.departments[department].pk, "posts-1-role": role,
                "posts-1-valid_from": world.today, "posts-1-valid_until": "",
            },
        )  # fmt: skip
        return client.post(page("organisation.official", "change", target.pk), content)

    def test_the_security_administrator_gives_one(self, world: World, enter: Enter):
        answer = self.give(world, enter("secadmin"), "clerk", "county_civil", Role.STEWARD)

        assert answer.status_code == 302
        assert Post.objects.filter(official=world.people["clerk"], role=Role.STEWARD).exists()
        assert kinds() == ["post.appointed"]
        assert world.departments["county_civil"].group in world.people["clerk"].groups.all()

    def test_the_system_administrator_gives_none(self, world: World, enter: Enter):
        self.give(world, enter("sysadmin"), "clerk", "county_civil", Role.STEWARD)

        assert not Post.objects.filter(official=world.people["clerk"], role=Role.STEWARD).exists()

    def test_what_the_database_refuses_is_said_at_the_form(self, world: World, enter: Enter):
        """R35, by a trigger: no error page, the entered row is kept."""
        answer = self.give(world, enter("secadmin"), "clerk", "county_civil", Role.SYSADMIN)

        assert answer.status_code == 200
        text = answer.content.decode()
        assert said("organisation_post_admin_excludes") in text
        assert f'value="{world.today}"' in text or str(world.today) in text
        assert kinds() == []

    def test_what_an_action_refuses_is_said_at_the_form(self, world: World, enter: Enter):
        answer = self.give(world, enter("secadmin"), "secadmin", "county_civil", Role.CLERK)

        assert answer.status_code == 200
        assert answer.context["errors"]
        assert kinds() == []

    def test_only_the_end_of_a_post_can_be_changed(self, world: World, enter: Enter):
        post = Post.objects.get(official=world.people["clerk"])
        content = {
            "official": world.people["colleague"].pk, "department": world.departments["police"].pk,
            "role": Role.STEWARD, "valid_from": "2021-01-01", "valid_until": world.today,
        }  # fmt: skip

        answer = enter("secadmin").post(page("organisation.post", "change", post.pk), content)

        assert answer.status_code == 302
        post.refresh_from_db()
        assert (post.official, post.role) == (world.people["clerk"], Role.CLERK)
        assert post.valid_until == world.today
        assert kinds() == ["post.relieved"]

    def test_a_post_does_not_end_in_the_past(self, world: World, enter: Enter):
        post = Post.objects.get(official=world.people["clerk"])
        content = {"valid_until": world.today - timedelta(days=2)}

        answer = enter("secadmin").post(page("organisation.post", "change", post.pk), content)

        assert answer.status_code == 200
        post.refresh_from_db()
        assert post.valid_until is None


class TestSubstitutions:
    def test_one_is_made_and_ended_early(self, world: World, enter: Enter):
        client = enter("secadmin")
        content = {
            "principal": world.people["steward"].pk,
            "substitute": world.people["provider_office"].pk, "kind": "annual",
            "valid_from": world.today, "valid_until": world.today + timedelta(days=5), "reason": "休假",
        }  # fmt: skip

        assert client.post(page("organisation.substitution", "add"), content).status_code == 302
        row = Substitution.objects.get()
        button = page("organisation.substitution", "revoke", row.pk)
        client.get(button)
        row.refresh_from_db()
        assert row.revoked_at is None
        client.post(button)

        row.refresh_from_db()
        assert row.revoked_at
        assert kinds() == ["substitution.made", "substitution.revoked"]

    def test_an_administrator_takes_no_part(self, world: World, enter: Enter):
        content = {
            "principal": world.people["steward"].pk, "substitute": world.people["sysadmin"].pk,
            "valid_from": world.today, "valid_until": world.today, "reason": "", "kind": "other",
        }  # fmt: skip

        answer = enter("secadmin").post(page("organisation.substitution", "add"), content)

        assert answer.status_code == 200
        assert said("organisation_substitution_admin") in answer.content.decode()


class TestDepartments:
    def content(self, **changes: object) -> dict[str, object]:
        return {
            "name": "江苏省教育厅", "name_en": "", "short_name": "教育厅", "verified": "on",
            "uscc": uscc.compose("1", "1", "320000", "99990000"), "kind": "department",
            "region": "320000", "parent": "", "superior": "", "valid_from": "2020-01-01",
        } | changes  # fmt: skip

    def test_one_is_made_with_its_group(self, enter: Enter):
        answer = enter("sysadmin").post(page("organisation.department", "add"), self.content())

        assert answer.status_code == 302
        department = Department.objects.get(name="江苏省教育厅")
        assert department.group
        assert kinds() == ["department.created"]

    FAULTS = [
        {"kind": "authority"},
        {"uscc": "113200000000000000"},
        {"uscc": ""},
        {"name": "江苏省公安厅"},
    ]

    @pytest.mark.parametrize("changes", FAULTS)
    def test_faults_come_back_with_what_was_entered(self, enter: Enter, changes):
        answer = enter("sysadmin").post(
            page("organisation.department", "add"), self.content(**changes)
        )

        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors
        assert 'value="教育厅"' in answer.content.decode()
        assert not Department.objects.filter(short_name="教育厅").exists()

    def test_the_list_is_a_tree(self, world: World, enter: Enter):
        client = enter("sysadmin")
        client.post(
            page("organisation.department", "add"),
            self.content(name="科技处", uscc="", parent=world.departments["police"].pk),
        )

        rows = client.get(page("organisation.department", "changelist")).context["cl"].result_list

        names = [(row.tree_depth, row.name) for row in rows]
        at = names.index((0, "江苏省公安厅"))
        assert names[at + 1] == (1, "科技处")

    def test_the_tree_cannot_be_moved_past_the_ledger(self, world: World, enter: Enter):
        client = enter("sysadmin")
        police, other = world.departments["police"], world.departments["civil_affairs"]

        answer = client.post(
            "/admin/organisation/department/move-node/",
            {"move": police.pk, "relative_to": other.pk, "position": "child"},
        )

        assert answer.status_code in {302, 404}
        police.refresh_from_db()
        assert police.parent_id is None

    def test_one_is_dissolved_by_a_button(self, world: World, enter: Enter):
        client = enter("sysadmin")
        target = world.departments["suzhou_civil"]
        button = page("organisation.department", "close", target.pk)
        assert client.get(button).status_code == 200

        refused = client.post(button, {"on": world.today, "successor": ""}, follow=True)
        assert [message.level_tag for message in refused.context["messages"]] == ["error"]

        Post.objects.filter(department=target).update(valid_until=world.today - timedelta(days=1))
        successor = world.departments["suzhou_bureau"]
        client.post(button, {"on": world.today, "successor": successor.pk})
        target.refresh_from_db()
        assert (target.valid_until, target.successor) == (world.today, successor)


def test_tokens_are_listed_and_revoked_but_never_shown(world: World, enter: Enter):
    token, clear = tokens.issue(
        official=world.people["clerk"], name="夜间核对", scopes=["read"], days=5, now=world.now
    )
    client = enter("secadmin")

    listed = client.get(page("organisation.apitoken", "changelist")).content.decode()
    shown = client.get(page("organisation.apitoken", "change", token.pk)).content.decode()
    client.post(page("organisation.apitoken", "revoke", token.pk))

    assert token.prefix in listed
    assert clear not in shown + listed
    assert token.digest not in shown + listed
    assert ApiToken.objects.get().revoked_at


def test_regions_are_found_by_pinyin_and_keep_their_code(world: World, enter: Enter):
    client = enter("sysadmin")
    content = {
        "code": "320613101",
        "name": "城东街道",
        "name_en": "",
        "level": "township",
        "parent": "320613",
    }
    client.post(page("organisation.region", "add"), content)

    found = client.get(page("organisation.region", "changelist"), {"q": "cheng dong"})
    assert [row.code for row in found.context["cl"].result_list] == ["320613101"]

    client.post(
        page("organisation.region", "change", "320613101"),
        {"code": "320613999", "name": "城东新街道", "name_en": "", "level": "county"},
    )
    region = Region.objects.get(name="城东新街道")
    assert (region.code, region.level) == ("320613101", "township")
    assert kinds() == ["region.created", "region.changed"]


class TestCalendar:
    def test_a_day_is_set_and_removed_through_the_actions(self, enter: Enter):
        client = enter("sysadmin")
        content = {"day": "2027-02-20", "kind": "makeup", "name": "调休"}

        assert client.post(page("worktime.holiday", "add"), content).status_code == 302
        assert (
            client.post(
                page("worktime.holiday", "delete", "2027-02-20"), {"post": "yes"}
            ).status_code
            == 302
        )

        assert not Holiday.objects.filter(day="2027-02-20").exists()
        assert kinds() == ["calendar.day_set", "calendar.day_removed"]

    def test_a_limit_longer_than_the_law_s_is_refused_at_the_form(self, enter: Enter):
        content = {
            "rule": "reply_conditional", "region": "320000", "days": 12, "extension_days": 0,
            "article": "地方办法", "valid_from": "2026-01-01", "valid_until": "",
        }  # fmt: skip
        client = enter("sysadmin")

        answer = client.post(page("worktime.deadlinerule", "add"), content)
        assert answer.status_code == 200
        assert said("worktime_deadlinerule_only_shorter") in answer.content.decode()

        assert (
            client.post(page("worktime.deadlinerule", "add"), content | {"days": 5}).status_code
            == 302
        )
        assert DeadlineRule.objects.filter(region="320000", days=5).exists()
        assert kinds() == ["limit.set"]
