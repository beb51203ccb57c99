"""Saying what the database refused: rules that only it can hold, in words for people."""

from typing import Final

from django.apps import apps
from django.db import IntegrityError, models
from django.utils.translation import gettext_lazy as _

from portal.errors import Text

RULES: Final[dict[str, Text]] = {
    "organisation_department_uscc_valid": _("The unified social credit code is not valid."),
    "organisation_post_admin_excludes": _(
        "System, security and audit administrators hold no second post at the same time."
    ),
    "organisation_substitution_admin": _(
        "Administrators neither substitute for anybody nor have a substitute."
    ),
    "organisation_substitution_overlap": _("The person has a substitute in this period already."),
    "organisation_substitution_chain": _(
        "Nobody stands in who is away or has a substitute at that time, and nobody who stands in "
        "has a substitute."
    ),
    "organisation_post_authority_only": _("This post exists only in a competent authority."),
    "worktime_deadlinerule_only_shorter": _(
        "A region may only shorten the national limit and its extension."
    ),
}
"""Names of triggers and checks written in SQL, and what they mean."""


def explain(error: IntegrityError) -> Text:
    """What is wrong with the input that the database refused.

    Falls back to a general sentence for rules without words of their own: never the database's
    text, which quotes values.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    return RULES.get(name) or _messages().get(name) or _("The database refused this change.")


def _messages() -> dict[str, Text]:
    """Messages of the constraints that models declare."""
    found: dict[str, Text] = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if _has_own_message(constraint):
                found[constraint.name] = str(constraint.get_violation_error_message())
    return found


def _has_own_message(constraint: models.BaseConstraint) -> bool:
    return constraint.violation_error_message != constraint.default_violation_error_message
