"""Who is what to a grant."""

from collections.abc import Iterator
from datetime import date

from portal.organisation.access import HeldPost, held_posts
from portal.organisation.models import ADMIN_ROLES, Official, Role
from sharing.access import AUTHORITY_ROLES
from sharing.approval.terms import Person
from sharing.grantlife.terms import Actor, Held, Part
from sharing.models import Grant

HEADS = (Role.SHARING_OFFICE_HEAD, Role.DEPARTMENT_HEAD)


def actor_for(official: Official, grant: Grant, on: date) -> Actor:
    """The official with every part their posts give them in the life of ``grant``.

    ``grant`` with department and resource.provider loaded.
    """
    held: list[Held] = []
    for post in held_posts(official, on):
        principal = (
            Person(post.acting_for_id, post.acting_for_name)
            if post.acting_for_id is not None
            else None
        )
        held += [Held(part, principal) for part in _parts(post, grant)]
    return Actor(Person(official.pk, official.full_name), tuple(held))


def _parts(post: HeldPost, grant: Grant) -> Iterator[Part]:
    provider = grant.resource.provider
    if post.department_id == grant.department_id and post.role not in ADMIN_ROLES:
        yield Part.RECIPIENT
    if post.department_id == provider.pk:
        if post.role == Role.STEWARD:
            yield Part.STEWARD
        if post.role in HEADS:
            yield Part.PROVIDER_HEAD
    if post.role in AUTHORITY_ROLES:
        of_provider = provider.region_id.startswith(post.region_id)
        if of_provider or grant.department.region_id.startswith(post.region_id):
            yield Part.AUTHORITY
        if of_provider:
            yield Part.FILING
