"""Taking a lost second factor away."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from portal.errors import NotAllowed
from portal.ledger.models import Entry
from portal.organisation import actions
from portal.organisation.models import Official
from tests.world import World


def protect(official: Official) -> None:
    TOTP.activate(official, generate_totp_secret())
    RecoveryCodes.activate(official)


def button(official: Official) -> str:
    return reverse("admin:organisation_official_remove_factor", args=[official.pk])


def test_factor_and_recovery_codes_go_and_the_ledger_knows(world: World):
    clerk = world.people["clerk"]
    protect(clerk)
    protect(world.people["colleague"])

    actions.remove_second_factor(
        by=world.people["secadmin"], official=clerk, reason="手机遗失", now=world.now
    )

    assert list(Authenticator.objects.values_list("user", flat=True).distinct()) == [
        world.people["colleague"].pk
    ]
    entry = Entry.objects.get(kind="official.second_factor_removed")
    assert entry.data == {"reason": "手机遗失", "factors": ["recovery_codes", "totp"]}


@pytest.mark.parametrize("key", ["secadmin", "clerk"])
def test_not_one_s_own_and_not_what_is_not_there(world: World, key: str):
    protect(world.people["secadmin"])

    with pytest.raises(NotAllowed):
        actions.remove_second_factor(
            by=world.people["secadmin"], official=world.people[key], reason="x", now=world.now
        )

    assert Authenticator.objects.exists()


def test_the_security_administrator_does_it_with_a_reason(world: World, enter):
    clerk = world.people["clerk"]
    protect(clerk)
    client = enter("secadmin")

    assert client.post(button(clerk), {"reason": ""}).status_code == 200
    assert Authenticator.objects.filter(user=clerk).exists()
    assert client.post(button(clerk), {"reason": "手机遗失"}).status_code == 302
    assert not Authenticator.objects.filter(user=clerk).exists()
    assert client.post(button(clerk), {"reason": "又一次"}).status_code == 403


@pytest.mark.parametrize("key", ["sysadmin", "auditadmin", "steward"])
def test_nobody_else_does(world: World, enter, key: str):
    clerk = world.people["clerk"]
    protect(clerk)

    assert enter(key).post(button(clerk), {"reason": "x"}).status_code in {302, 403}

    assert Authenticator.objects.filter(user=clerk).exists()
