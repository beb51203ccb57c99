"""REST of the differences between sources and entries (R11), for those who look after them."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.access import manageable_by
from catalog.api import refuse_unknown
from catalog.models import DriftReport
from portal.api import CursorPage, official_of
from portal.errors import Fault, Invalid


class DriftSerializer(serializers.ModelSerializer[DriftReport]):
    """A difference: the column before and after, never a value."""

    title = serializers.CharField(source="resource.live.title", help_text="Of the entry.")
    item = serializers.CharField(source="item_key", help_text="Key of the item, or empty.")
    before = serializers.DictField(help_text="The column when attached; empty if unknown.")
    after = serializers.DictField(help_text="The column as it is; empty if it is not there.")

    class Meta:
        model = DriftReport
        fields = [
            "id", "resource", "title", "kind", "column", "item", "state", "before", "after",
            "found_at", "seen_at", "closed_at", "reason",
        ]  # fmt: skip


class DriftPage(CursorPage):
    """The newest first."""

    ordering = ("-found_at", "-id")


KNOWN = {"state": DriftReport.State.values, "kind": DriftReport.Kind.values}
QUERY = [
    OpenApiParameter("state", str, enum=KNOWN["state"]),
    OpenApiParameter("kind", str, enum=KNOWN["kind"]),
    OpenApiParameter("cursor", str),
    OpenApiParameter("page_size", int),
]


class DriftView(APIView):
    """Where sources and the caller's entries differ."""

    @extend_schema(
        operation_id="drift_list",
        parameters=QUERY,
        responses=DriftSerializer(many=True),
        tags=["catalog"],
    )
    def get(self, request: Request) -> Response:
        """One page of the differences of entries that the caller looks after."""
        given: dict[str, Any] = dict(request.query_params.lists())
        refuse_unknown(given, {parameter.name for parameter in QUERY})
        managed = manageable_by(official_of(request), timezone.localdate())
        found = DriftReport.objects.filter(resource__in=managed).select_related("resource__live")
        for name, known in KNOWN.items():
            wanted = request.query_params.get(name, "")
            if wanted and wanted not in known:
                fault = Fault(name, _("This is none of the choices."), ", ".join(known))
                raise Invalid(fault.message, [fault])
            if wanted:
                found = found.filter(**{name: wanted})
        pages = DriftPage()
        rows = pages.paginate_queryset(found, request, self)
        return pages.get_paginated_response(DriftSerializer(rows, many=True).data)
