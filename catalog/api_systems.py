"""REST of the census of information systems (R40)."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import census
from catalog.access import visible_to
from catalog.api import ProviderSerializer, refuse_unknown
from catalog.models import InformationSystem, LinkStatus, Network
from portal.api import CursorPage, official_of


class SystemSerializer(serializers.ModelSerializer[InformationSystem]):
    """A system with its department and the number of entries it feeds."""

    department = ProviderSerializer()
    entries = serializers.IntegerField(help_text="Entries it feeds that the caller sees.")

    class Meta:
        model = InformationSystem
        fields = [
            "id", "department", "name", "purpose", "state", "network", "link_status", "linked_on",
            "obstacle", "built_on", "protection_level", "records", "counted_on", "entries",
        ]  # fmt: skip


class SystemPage(CursorPage):
    """Systems by department and name."""

    ordering = ("department_id", "name", "id")  # type: ignore[assignment]


QUERY = [
    OpenApiParameter("region", str, description="GB/T 2260 code; stands for all below it."),
    OpenApiParameter("department", int),
    OpenApiParameter("network", str, enum=Network.values),
    OpenApiParameter("link", str, enum=LinkStatus.values),
    OpenApiParameter("covered", str, enum=["yes", "no"], description="Feeds entries or none."),
    OpenApiParameter("q", str, description="Part of a name."),
    OpenApiParameter("cursor", str),
    OpenApiParameter("page_size", int),
]


class SystemsView(APIView):
    """The information systems of the departments."""

    @extend_schema(
        operation_id="systems_list",
        parameters=QUERY,
        responses=SystemSerializer(many=True),
        tags=["census"],
    )
    def get(self, request: Request) -> Response:
        """One page of the systems in use."""
        given: dict[str, Any] = dict(request.query_params.lists())
        refuse_unknown(given, {parameter.name for parameter in QUERY})
        choice = census.Choice.of(request.query_params.dict())
        found = census.systems_of(visible_to(official_of(request), timezone.localdate()), choice)
        pages = SystemPage()
        rows = pages.paginate_queryset(found.select_related("department__region"), request, self)
        return pages.get_paginated_response(SystemSerializer(rows, many=True).data)
