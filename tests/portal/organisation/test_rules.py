"""What the database itself refuses, whoever asks; and how it is said to people."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from portal.organisation import uscc
from portal.organisation.faults import RULES, explain
from portal.organisation.models import (
    ADMIN_ROLES,
    ApiToken,
    Department,
    Official,
    Post,
    Region,
    Role,
    Substitution,
)
from tests.world import World

TODAY = date(2026, 11, 23)
SINCE = date(2020, 1, 1)


def department(world: World, **facts: object) -> Department:
    """Save one more department; ``facts`` replace those of a good one."""
    content = {
        "name": "江苏省教育厅", "region": world.regions["jiangsu"], "valid_from": SINCE,
        "uscc": uscc.compose("1", "1", "320000", "99990000"),
        "group": Group.objects.create(name=f"test {Group.objects.count()}"),
    }  # fmt: skip
    return Department.objects.create(**content | facts)


def post(world: World, **facts: object) -> Post:
    content = {
        "official": world.people["clerk"], "department": world.departments["subdistrict"],
        "role": Role.STEWARD, "valid_from": SINCE,
    }  # fmt: skip
    return Post.objects.create(**content | facts)


def substitution(world: World, **facts: object) -> Substitution:
    content = {
        "principal": world.people["steward"], "substitute": world.people["provider_office"],
        "valid_from": TODAY, "valid_until": TODAY + timedelta(days=5),
    }  # fmt: skip
    return Substitution.objects.create(**content | facts)


def token(world: World, **facts: object) -> ApiToken:
    now = timezone.now()
    content = {
        "official": world.people["clerk"], "name": "x", "prefix": "ab", "digest": "0" * 64,
        "scopes": ["read"], "created_at": now, "expires_at": now + timedelta(days=1),
    }  # fmt: skip
    return ApiToken.objects.create(**content | facts)


@dataclass(frozen=True)
class Case:
    """Something to do, and the rule of the database that must refuse it ("" = it is accepted)."""

    name: str
    do: Callable[[World], object]
    rule: str


CASES = [
    # --- departments
    Case("another department", department, ""),
    Case(
        "a second authority in one region",
        lambda w: department(w, kind="authority"),
        "organisation_department_one_authority",
    ),
    Case(
        "an authority after the first was dissolved",
        lambda w: (
            Department.objects.filter(pk=w.departments["province_bureau"].pk).update(valid_until=TODAY),
            department(w, kind="authority"),
        ),
        "",
    ),
    Case(
        "a second department of one name in one region",
        lambda w: department(w, name=w.departments["police"].name),
        "organisation_department_unique_name",
    ),
    Case(
        "the same name in another region",
        lambda w: department(w, name=w.departments["police"].name, region=w.regions["nantong"]),
        "",
    ),
    Case("an unknown kind", lambda w: department(w, kind="club"), "organisation_department_kind"),
    Case(
        "an end before the beginning",
        lambda w: department(w, valid_until=SINCE),
        "organisation_department_dates",
    ),
    Case("no code", lambda w: department(w, uscc=None), "organisation_department_uscc"),
    Case("no code, not verified", lambda w: department(w, uscc=None, verified=False), ""),
    Case(
        "an internal unit without code",
        lambda w: department(w, uscc=None, parent=w.departments["police"]),
        "",
    ),
    Case(
        "an invalid code",
        lambda w: department(w, uscc="113200000000000000"),
        "organisation_department_uscc_valid",
    ),
    Case(
        "a code twice",
        lambda w: department(w, uscc=w.departments["police"].uscc),
        "organisation_department_uscc_key",
    ),
    Case(
        "being one's own superior",
        lambda w: Department.objects.filter(pk=w.departments["police"].pk).update(
            superior=w.departments["police"]
        ),
        "organisation_department_not_own_superior",
    ),
    # --- posts
    Case("a second business post", post, ""),
    Case("an unknown role", lambda w: post(w, role="king"), "organisation_post_role"),
    Case(
        "an end before the beginning of a post",
        lambda w: post(w, valid_until=SINCE - timedelta(days=1)),
        "organisation_post_dates",
    ),
    Case(
        "an end before the beginning of an administrator's post",
        lambda w: post(
            w,
            official=w.people["secadmin"],
            role=Role.CLERK,
            valid_until=SINCE - timedelta(days=1),
        ),
        "organisation_post_dates",
    ),
    Case("a post of one day", lambda w: post(w, valid_until=SINCE), ""),
    Case("the same post twice", lambda w: post(w, role=Role.CLERK), "organisation_post_once"),
    Case(
        "a reviewer outside an authority",
        lambda w: post(w, role=Role.AUTHORITY_REVIEWER),
        "organisation_post_authority_only",
    ),
    Case(
        "a head of the authority outside an authority",
        lambda w: post(w, role=Role.AUTHORITY_HEAD),
        "organisation_post_authority_only",
    ),
    Case(
        "moving an authority's post elsewhere",
        lambda w: Post.objects.filter(official=w.people["county_authority"]).update(
            department=w.departments["police"]
        ),
        "organisation_post_authority_only",
    ),
    # --- substitutions
    Case("a substitution", substitution, ""),
    Case(
        "substituting for oneself",
        lambda w: substitution(w, substitute=w.people["steward"]),
        "organisation_substitution_two_people",
    ),
    Case(
        "an end before the beginning of a substitution",
        lambda w: substitution(w, valid_until=TODAY - timedelta(days=1)),
        "organisation_substitution_dates",
    ),
    Case(
        "an administrator as substitute",
        lambda w: substitution(w, substitute=w.people["secadmin"]),
        "organisation_substitution_admin",
    ),
    Case(
        "an administrator being substituted",
        lambda w: substitution(w, principal=w.people["sysadmin"]),
        "organisation_substitution_admin",
    ),
    Case(
        "becoming administrator while substituting",
        lambda w: (
            substitution(w),
            Post.objects.filter(official=w.people["provider_office"]).update(valid_until=SINCE),
            post(w, official=w.people["provider_office"], role=Role.SYSADMIN, valid_from=TODAY),
        ),
        "organisation_substitution_admin",
    ),
    Case(
        "becoming administrator after the substitution was revoked",
        lambda w: (
            substitution(w, revoked_at=timezone.now()),
            Post.objects.filter(official=w.people["provider_office"]).update(valid_until=SINCE),
            post(w, official=w.people["provider_office"], role=Role.SYSADMIN, valid_from=TODAY),
        ),
        "",
    ),
    # --- tokens
    Case("a token", token, ""),
    Case(
        "a token that has expired when it is made",
        lambda w: token(w, expires_at=timezone.now() - timedelta(days=1)),
        "organisation_apitoken_dates",
    ),
    Case("a token for nothing", lambda w: token(w, scopes=[]), "organisation_apitoken_scopes"),
    Case("a token for anything", lambda w: token(w, scopes=["root"]), "organisation_apitoken_scopes"),
    # --- regions
    Case(
        "a code that does not fit the level",
        lambda _w: Region.objects.create(code="321", name="x", level="city", parent_id="320000"),
        "organisation_region_code_fits_level",
    ),
    Case(
        "a region below nothing",
        lambda _w: Region.objects.create(code="330000", name="x", level="province"),
        "organisation_region_parent_unless_nation",
    ),
    Case(
        "a second nation",
        lambda _w: Region.objects.create(code="000001", name="x", level="nation"),
        "organisation_region_code_fits_level",
    ),
]  # fmt: skip


def refused(do: Callable[[], object]) -> IntegrityError | None:
    try:
        with transaction.atomic():
            do()
    except IntegrityError as error:
        return error
    return None


def constraint(error: IntegrityError | None) -> str:
    return error.__cause__.diag.constraint_name if error else ""


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_database_keeps_the_rule(world: World, case: Case):
    error = refused(lambda: case.do(world))

    assert constraint(error) == case.rule
    if error is not None and case.rule in RULES:
        assert explain(error) == RULES[case.rule]


@pytest.mark.django_db
@pytest.mark.parametrize("held", ADMIN_ROLES)
@pytest.mark.parametrize("wanted", [*ADMIN_ROLES, Role.CLERK, Role.DEPARTMENT_HEAD])
def test_an_administrator_holds_no_second_post(world: World, held: Role, wanted: Role):
    """R35: in both directions, for every pair, in another department too."""
    new = Official.objects.create_user("new", full_name="新人")
    Post.objects.create(
        official=new, department=world.departments["police"], role=held, valid_from=SINCE
    )

    def second() -> None:
        post(world, official=new, role=wanted)

    def first_after_second() -> None:
        Post.objects.filter(official=new).delete()
        second()
        Post.objects.create(
            official=new, department=world.departments["police"], role=held, valid_from=SINCE
        )

    assert constraint(refused(second)) == "organisation_post_admin_excludes"
    assert constraint(refused(first_after_second)) == "organisation_post_admin_excludes"


PERIODS = [
    # held until, wanted from, accepted
    (None, TODAY, False),
    (TODAY, TODAY, False),  # both dates are included
    (TODAY - timedelta(days=1), TODAY, True),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("until", "since", "accepted"), PERIODS)
def test_posts_exclude_each_other_only_at_the_same_time(world: World, until, since, accepted):
    official = world.people["secadmin"]
    Post.objects.filter(official=official).update(valid_until=until)

    error = refused(lambda: post(world, official=official, role=Role.CLERK, valid_from=since))

    assert (error is None) == accepted


@pytest.mark.django_db(transaction=True)
def test_two_appointments_at_once_are_not_both_accepted():
    region = Region.objects.create(code="000000", name="全国", level="nation")
    place = department(World(timezone.now(), {"jiangsu": region}))
    official = Official.objects.create_user("new", full_name="新人")
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def appoint(role: str) -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                together.wait(10)
                Post.objects.create(
                    official=official, department=place, role=role, valid_from=SINCE
                )
                outcomes.append("accepted")
        except IntegrityError as error:
            outcomes.append(constraint(error))
        finally:
            connection.close()

    for _ in range(3):
        outcomes.clear()
        Post.objects.all().delete()
        threads = [
            threading.Thread(target=appoint, args=[r]) for r in (Role.SYSADMIN, Role.SECADMIN)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == ["accepted", "organisation_post_admin_excludes"]


@pytest.mark.django_db
def test_words_come_from_the_model_where_it_has_some(world: World):
    error = refused(lambda: post(world, role=Role.CLERK))

    assert error is not None
    with translation.override("en"):
        assert explain(error) == "The official already holds this post."


@pytest.mark.django_db
def test_a_rule_without_words_never_quotes_values(world: World):
    error = refused(lambda: post(world, role="king"))

    assert error is not None
    assert "king" not in str(explain(error))
    assert "organisation_post_role" not in str(explain(error))


def test_every_rule_with_words_exists_in_the_migrations():
    """A renamed trigger must not silently lose its words."""
    sources = "".join(path.read_text() for path in Path("portal").glob("*/migrations/*.py"))
    assert [name for name in RULES if name not in sources] == []
