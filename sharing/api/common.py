"""What the REST views of sharing have in common."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.errors import Fault, Invalid
from portal.organisation.models import Department


class DepartmentSerializer(serializers.ModelSerializer[Department]):
    """A department beside what it asks for or provides."""

    class Meta:
        model = Department
        fields = ["id", "name", "uscc", "region_id"]


class PersonSerializer(serializers.Serializer[Any]):
    """An official by name."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="full_name")


class ReasonSerializer(serializers.Serializer[Any]):
    """Whether a command can be given now and, if not, why."""

    allowed = serializers.BooleanField()
    code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


def validated(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """The data of a serializer, or every fault at once."""
    known = set(serializer.fields)
    given = serializer.initial_data if isinstance(serializer.initial_data, dict) else {}
    unknown = sorted(set(given) - known)
    serializer.is_valid(raise_exception=not unknown)
    if unknown:
        faults = [
            Fault(
                name,
                _("There is no field of this name."),
                _("Known: %(names)s.") % {"names": ", ".join(sorted(known))},
                "unknown",
            )
            for name in unknown
        ]
        raise Invalid(_("Some fields are not known."), faults)
    return dict(serializer.validated_data)
