"""Applications in every state: some made by the actions themselves, the others after their pattern."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from tests.world import ITEMS, SIGNERS, World, build_world, publish_entry

NARROWED = [item[0] for item in ITEMS[:9]]
"""All data items that may be asked for; every signer leaves one out."""
OFFICES = 300
ENTRIES = 400
STEWARD = SIGNERS.index("steward")
LAST = len(SIGNERS) - 1


@dataclass
class Made:
    """What was made: the world, and the keys of the patterns by the number of their signatures."""

    world: World
    patterns: dict[int, Any]


def make_world() -> Made:
    """The small world with one application in each state, with a supplement and narrowed fields."""
    world = build_world(timezone.now() - timedelta(days=3))
    patterns = {}
    for signatures in (STEWARD, LAST, LAST + 1):
        entry = publish_entry(world, f"常住人口{signatures}", ITEMS, sharing_type="conditional")
        patterns[signatures] = _pattern(world, entry, signatures)
    return Made(world, patterns)


def _pattern(world: World, entry: Any, signatures: int) -> Any:
    from sharing import actions
    from sharing.approval.commands import RequestSupplement, Sign
    from sharing.approval.terms import Gap
    from sharing.models import ApplicationItem

    clerk = world.people["clerk"]
    draft = actions.draft(
        by=clerk, department=world.departments["subdistrict"], resource=entry,
        fields=NARROWED, content=world.application(), now=world.now,
    )  # fmt: skip
    actions.submit_application(by=clerk, application_id=draft.pk, now=world.now)
    item = ApplicationItem.objects.get(application=draft)

    def give(command: Any, by: str) -> None:
        nonlocal item
        item = actions.execute(by=world.people[by], item_id=item.pk, command=command, now=world.now)

    gaps = (Gap("use_basis", "写明条款"),)
    give(RequestSupplement(seen=item.event_count, gaps=gaps), SIGNERS[0])
    item = actions.resubmit_application(
        by=clerk, item_id=item.pk, seen=item.event_count, content={}, explanation="已写明",
        now=world.now,
    )  # fmt: skip
    for number, person in enumerate(SIGNERS[:signatures], start=1):
        keep = tuple(NARROWED[:-number])
        give(Sign(seen=item.event_count, narrow_fields=keep), person)
    return item.pk


def make_applications(made: Made, number: int, signed: int) -> int:
    """``number`` applications and twice ``signed`` to be signed; return how many events there are.

    One in ten is that of the pattern's offices, the others belong to others. Three in ten wait.
    """
    patterns = {key: str(pk) for key, pk in made.patterns.items()}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no checks row by row
        _make_offices(cursor, made.world)
        cursor.execute("CREATE TABLE made (n int PRIMARY KEY, pattern uuid, home bool)")
        with cursor.copy("COPY made FROM STDIN") as copy:
            for n in range(1, number + 1):
                key = LAST + 1 if n // 10 % 10 > 2 else STEWARD
                copy.write_row((n, patterns[key], n % 10 == 0))
            for n in range(number + 1, number + signed + 1):
                copy.write_row((n, patterns[STEWARD], True))
            for n in range(number + signed + 1, number + 2 * signed + 1):
                copy.write_row((n, patterns[LAST], True))
        for statement in _STATEMENTS:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM sharing_itemevent")
        return int(cursor.fetchone()[0])


def _make_offices(cursor: Any, world: World) -> None:
    """More departments and entries, so that each wants each entry once."""
    from django.contrib.auth.models import Group

    from portal.organisation.models import Department

    groups = Group.objects.bulk_create(Group(name=f"office {n}") for n in range(OFFICES))
    offices = Department.objects.bulk_create(
        Department(
            name=f"第{n}局", region=world.regions["hongqiao"], group=group, verified=False,
            valid_from=world.today - timedelta(days=999),
        )
        for n, group in enumerate(groups)
    )  # fmt: skip
    entries = [
        publish_entry(world, f"数据资源{n}", ITEMS, sharing_type="conditional")
        for n in range(ENTRIES)
    ]
    cursor.execute("CREATE TABLE office (place int PRIMARY KEY, id int)")
    cursor.execute("CREATE TABLE entry (place int PRIMARY KEY, id uuid, version int)")
    with cursor.copy("COPY office FROM STDIN") as copy:
        for place, office in enumerate(offices):
            copy.write_row((place, office.pk))
    with cursor.copy("COPY entry FROM STDIN") as copy:
        for place, entry in enumerate(entries):
            copy.write_row((place, entry.pk, entry.live_id))


def _like(table: str, join: str, **given: str) -> str:
    """A row for every made application, after the pattern's, with other values where given."""
    with connection.cursor() as cursor:
        names = [one.name for one in connection.introspection.get_table_description(cursor, table)]
    columns = [name for name in names if not (name == "id" and "id" not in given)]
    values = ", ".join(given.get(name, f"old.{name}") for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM made"  # noqa: S608
        f" JOIN entry ON entry.place = n % {ENTRIES}"
        f" JOIN office ON office.place = n / {ENTRIES} % {OFFICES} {join} ORDER BY n"
    )


class _Later:
    """The statements; tables must exist when they are made."""

    def __iter__(self) -> Any:
        item = "md5('item' || n)::uuid"
        application = "md5('application' || n)::uuid"
        away = "CASE WHEN home THEN {0} ELSE (SELECT id FROM office AS o WHERE place = (n * 7 + {1}) %% {2}) END"
        past = "old.{0} - (n %% 400) * interval '1 day'"
        item_of = "JOIN sharing_applicationitem AS pattern ON pattern.id = made.pattern"
        yield _like(
            "sharing_application",
            f"{item_of} JOIN sharing_application AS old ON old.id = pattern.application_id",
            id=application, number="'SQ-' || n", department_id="office.id",
            created_at="old.created_at - n * interval '1 minute'",
        ).replace("%%", "%")  # fmt: skip
        yield _like(
            "sharing_applicationitem",
            "JOIN sharing_applicationitem AS old ON old.id = made.pattern",
            id=item, application_id=application, resource_id="entry.id",
            version_id="entry.version", demander_id="office.id",
            due_on="old.due_on - n % 40",
        )  # fmt: skip
        yield _like(
            "sharing_itemevent", "JOIN sharing_itemevent AS old ON old.item_id = made.pattern",
            item_id=item,
        )  # fmt: skip
        office = away.format("old.office_id", "old.position", OFFICES)
        yield _like(
            "sharing_itemstage", "JOIN sharing_itemstage AS old ON old.item_id = made.pattern",
            item_id=item, office_id=office, due_on="old.due_on - n %% 40",
            decided_at=past.format("decided_at"), used_days="old.used_days + n %% 9",
        ).replace("%%", "%")  # fmt: skip


_STATEMENTS = _Later()
