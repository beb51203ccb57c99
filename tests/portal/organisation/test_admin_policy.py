"""The policy table is what the administration does: every page, every role."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from portal.ledger.models import Checkpoint, Entry, Seal
from portal.organisation.admin.base import Policed
from portal.organisation.admin.policy import POLICY, Act, may
from portal.organisation.models import Official, Post, Role
from tests.portal.organisation.conftest import Enter, inlines
from tests.world import World

pytestmark = pytest.mark.django_db

PERSONS = {
    "clerk": Role.CLERK,
    "office_head": Role.SHARING_OFFICE_HEAD,
    "provider_head": Role.DEPARTMENT_HEAD,
    "steward": Role.STEWARD,
    "county_reviewer": Role.AUTHORITY_REVIEWER,
    "county_authority": Role.AUTHORITY_HEAD,
    "sysadmin": Role.SYSADMIN,
    "secadmin": Role.SECADMIN,
    "auditadmin": Role.AUDITADMIN,
}
NOBODY = {"clerk", "office_head", "provider_head"}
"""Who cannot open the administration at all."""
OURS = ("organisation", "worktime", "ledger", "portal", "axes", "auth", "account", "mfa")


def ours() -> dict[str, object]:
    """Pages of the core apps, of other packages, and of whoever else is in the table, by model."""
    registered = admin.site._registry.items()
    return {
        model._meta.label_lower: pages
        for model, pages in registered
        if model._meta.app_label in OURS or model._meta.label_lower in POLICY
    }


def test_every_page_of_the_core_is_in_the_table_and_follows_it():
    assert set(ours()) == set(POLICY)
    assert all(isinstance(pages, Policed) for pages in ours().values())


def test_the_three_powers_are_separate():
    """R35: who makes accounts does not appoint, who appoints reads no ledger, who reads changes nothing."""
    changing = {Act.ADD, Act.CHANGE, Act.DELETE, Act.IMPORT}

    def can(role: Role, model: str, *acts: Act) -> bool:
        return any(may([role], model, act) for act in acts)

    for model in POLICY:
        assert not can(Role.AUDITADMIN, model, *changing), model
        if model.startswith("ledger."):
            assert not can(Role.SYSADMIN, model, *Act)
            assert not can(Role.SECADMIN, model, *Act)
    assert not can(Role.SYSADMIN, "organisation.post", *changing)
    assert not can(Role.SECADMIN, "organisation.official", Act.ADD, Act.IMPORT)
    assert not can(Role.SECADMIN, "organisation.department", *changing)


@pytest.mark.parametrize("key", [*PERSONS, "superuser"])
def test_lists_and_forms_open_as_the_table_says(world: World, enter: Enter, key: str):
    client = enter(key)
    roles = [Role.SYSADMIN, Role.SECADMIN] if key == "superuser" else [PERSONS[key]]
    found, expected = {}, {}
    for model, pages in ours().items():
        name = f"admin:{pages.opts.app_label}_{pages.opts.model_name}"
        adds = pages.has_add_permission.__func__ is Policed.has_add_permission
        for page, act in (("changelist", Act.VIEW), ("add", Act.ADD)):
            answer = client.get(reverse(f"{name}_{page}"))
            found[model, page] = answer.status_code
            opens = key not in NOBODY and may(roles, model, act) and (act == Act.VIEW or adds)
            expected[model, page] = 200 if opens else 302 if key in NOBODY else 403

    assert found == expected


@pytest.mark.parametrize("key", ["sysadmin", "secadmin", "auditadmin", "steward", "superuser"])
def test_the_front_page_lists_what_can_be_opened(world: World, enter: Enter, key: str):
    answer = enter(key).get(reverse("admin:index"))

    roles = [Role.SYSADMIN, Role.SECADMIN] if key == "superuser" else [PERSONS[key]]
    shown = {
        model["model"]._meta.label_lower
        for app in answer.context["app_list"]
        for model in app["models"]
        if model["model"]._meta.label_lower in ours()
    }
    assert answer.status_code == 200
    assert shown == {model for model in POLICY if may(roles, model, Act.VIEW)} - {"ledger.seal"}


@pytest.mark.parametrize("model", [Entry, Seal, Checkpoint])
def test_the_ledger_has_no_form_to_change_it(world: World, enter: Enter, model):
    client = enter("auditadmin")
    name = f"admin:ledger_{model._meta.model_name}"

    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code == 403
    assert client.post(reverse(f"{name}_add"), {}).status_code == 403
    assert client.post(reverse(f"{name}_delete", args=[1]), {"post": "yes"}).status_code in {
        302,
        403,
    }
    action = {"action": "delete_selected", "_selected_action": "1", "post": "yes"}
    client.post(reverse(f"{name}_changelist"), action)
    assert "delete_selected" not in client.get(reverse(f"{name}_changelist")).content.decode()


def test_django_s_own_permissions_count_for_nothing(world: World, enter: Enter):
    """An account with every model permission but no post that allows it sees nothing."""
    steward = world.people["steward"]
    client = enter("steward")
    steward.user_permissions.set(Permission.objects.all())

    assert client.get(reverse("admin:organisation_official_changelist")).status_code == 403
    assert client.get(reverse("admin:ledger_entry_changelist")).status_code == 403


def test_a_post_that_ended_opens_nothing(world: World, enter: Enter):
    client = enter("sysadmin")
    Post.objects.filter(official=world.people["sysadmin"]).update(valid_until="2020-12-31")

    assert client.get(reverse("admin:organisation_official_changelist")).status_code == 403


def test_an_account_that_is_switched_off_opens_nothing(world: World, enter: Enter):
    client = enter("sysadmin")
    Official.objects.filter(pk=world.people["sysadmin"].pk).update(is_active=False)

    assert client.get(reverse("admin:organisation_official_changelist")).status_code == 302


def test_no_second_history_is_kept(world: World, enter: Enter):
    """ADR 0006: the ledger is the only one; the history button leads there."""
    client = enter("sysadmin")
    clerk = world.people["clerk"]
    page = reverse("admin:organisation_official_change", args=[clerk.pk])
    content = {
        "username": "clerk", "full_name": "张海鸥", "email": "", "language": "en",
        "department": world.departments["subdistrict"].pk,
    }  # fmt: skip

    assert client.post(page, content | inlines(posts=1)).status_code == 302

    assert Entry.objects.latest("id").data["after"] == {"full_name": "张海鸥", "language": "en"}
    assert not LogEntry.objects.exists()
    answer = client.get(reverse("admin:organisation_official_history", args=[clerk.pk]))
    assert answer.status_code == 302
    assert answer.url == reverse("ledger:list") + f"?object=organisation.official:{clerk.pk}"
