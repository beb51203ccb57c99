"""Chain policies: new versions of the rules from which chains are planned."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.errors import Fault, Forbidden, Invalid
from portal.ledger.records import record
from portal.organisation.access import has_role
from portal.organisation.models import Official, Role
from sharing.approval.clocks import local_day
from sharing.approval.policy import Policy
from sharing.approval.serialise import dump_policy, load_policy
from sharing.models import ChainPolicy


def problem_of(definition: object) -> str | Promise:
    """Why a definition cannot be a policy, or "": unknown keys, wrong values, limits beyond the law."""
    if not isinstance(definition, Mapping):
        return _("The rules must be a JSON object.")
    known = dump_policy(Policy())
    unknown = sorted(set(definition) - set(known))
    if unknown:
        return _("Unknown rules: %(names)s.") % {"names": ", ".join(map(str, unknown))}
    try:
        load_policy(definition)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        return _("The rules cannot be used: %(problem)s.") % {"problem": error}
    return ""


@transaction.atomic
def add_version(*, by: Official, policy: ChainPolicy, now: datetime) -> ChainPolicy:
    """Add the next version of the policy of that name; only the security administrator may.

    Applications under way keep the version they were submitted under. A local limit beyond the
    national one is Invalid (R46).
    """
    if not has_role(by, [Role.SECADMIN], local_day(now)):
        raise Forbidden(
            _("Only the security administrator sets policies in force."),
            remedy=_("Ask the security administrator."),
            code="not_secadmin",
        )
    if problem := problem_of(policy.definition):
        raise Invalid(problem, [Fault("definition", problem, _("Correct the rules."))])
    last = ChainPolicy.objects.filter(name=policy.name).aggregate(last=Max("version"))["last"]
    policy.pk, policy.version = None, (last or 0) + 1
    policy.save(force_insert=True)
    record(
        "policy.added",
        by=by,
        obj=policy,
        now=now,
        data={
            "definition": policy.definition,
            "region": policy.region_id,
            "from": policy.valid_from,
        },
    )
    return policy
