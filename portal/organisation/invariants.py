"""What must always hold of the organisation."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.invariants import Violation, invariant
from portal.organisation.actions.membership import differences
from portal.organisation.models import Department, Official


@invariant(36, _("Groups and access to the administration follow from the posts."))
def groups_follow_posts(now: datetime) -> Iterator[Violation]:
    """Officials whose groups or ``is_staff`` are not those that their posts give."""
    with transaction.atomic():
        found = differences(on=timezone.localdate(now))
    for official in Official.objects.filter(pk__in=found.wrong_staff):
        yield Violation(
            official.username, _("may open the administration, or not, against the posts")
        )
    wrong = {official for official, _group in (*found.surplus, *found.missing)}
    for official in Official.objects.filter(pk__in=wrong):
        yield Violation(official.username, _("is in other groups than the posts give"))


@invariant(37, _("Departments form trees: nobody stands above themselves."))
def departments_form_trees(now: datetime) -> Iterator[Violation]:
    """Departments that their parents or their superiors lead back to."""
    del now
    rows = list(Department.objects.values_list("pk", "parent_id", "superior_id", "name"))
    names = {pk: name for pk, _parent, _superior, name in rows}
    parents = {pk: parent for pk, parent, _superior, _name in rows}
    superiors = {pk: superior for pk, _parent, superior, _name in rows}
    for above in (parents, superiors):
        for pk, name in names.items():
            if _leads_back(pk, above):
                yield Violation(name, _("stands above itself"))


def _leads_back(start: int, above: dict[int, int | None]) -> bool:
    place, seen = above[start], set()
    while place is not None and place not in seen:
        if place == start:
            return True
        seen.add(place)
        place = above.get(place)
    return False
