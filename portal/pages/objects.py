"""Objects by the key of an address, which may be anything that somebody typed."""

from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.errors import NotVisible

M = TypeVar("M", bound=Model)


def chosen(found: QuerySet[M], key: Any) -> M:
    """The object of that key; NotVisible when there is none, or when it is no key at all."""
    try:
        return found.get(pk=key)
    except (ObjectDoesNotExist, ValueError, ValidationError):
        raise NotVisible(_("There is no such object.")) from None


def has(found: QuerySet[M], key: Any) -> bool:
    """Whether there is an object of that key."""
    try:
        return found.filter(pk=key).exists()
    except (ValueError, ValidationError):
        return False
