"""REST of business matters and the data they need."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import matters
from catalog.access import visible_to
from catalog.api import ProviderSerializer, refuse_unknown
from catalog.models import MatterKind, ServiceItem
from portal.api import CursorPage, official_of
from portal.errors import NotVisible


class MatterSerializer(serializers.ModelSerializer[ServiceItem]):
    """A matter, and how many of its needs the catalog meets for the caller."""

    department = ProviderSerializer()
    need_count = serializers.IntegerField()
    met_count = serializers.IntegerField(help_text="Needs met by entries that the caller sees.")

    class Meta:
        model = ServiceItem
        fields = [
            "id", "code", "name", "kind", "state", "basis", "department", "need_count", "met_count",
            "updated_at",
        ]  # fmt: skip


class NeedSerializer(serializers.Serializer[Any]):
    """A need, and the entry with the items that meet it as far as the caller sees them."""

    text = serializers.CharField()
    entry = serializers.UUIDField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    items = serializers.ListField(child=serializers.CharField(), help_text="Keys; empty: all.")


class MatterDetailSerializer(MatterSerializer):
    """A matter with its needs."""

    needs = NeedSerializer(many=True)

    class Meta(MatterSerializer.Meta):
        fields = [*MatterSerializer.Meta.fields, "needs"]


class MatterPage(CursorPage):
    """Matters by department and code."""

    ordering = ("department_id", "code", "id")  # type: ignore[assignment]


QUERY = [
    OpenApiParameter("region", str, description="GB/T 2260 code; stands for all below it."),
    OpenApiParameter("department", int),
    OpenApiParameter("kind", str, enum=MatterKind.values),
    OpenApiParameter("needs", str, enum=[matters.GAPS, matters.COMPLETE]),
    OpenApiParameter("q", str, description="Part of a name, or the beginning of a code."),
    OpenApiParameter("cursor", str),
    OpenApiParameter("page_size", int),
]


class MattersView(APIView):
    """The business matters of the departments."""

    @extend_schema(
        operation_id="matters_list",
        parameters=QUERY,
        responses=MatterSerializer(many=True),
        tags=["matters"],
    )
    def get(self, request: Request) -> Response:
        """One page of the matters that are handled."""
        given: dict[str, Any] = dict(request.query_params.lists())
        refuse_unknown(given, {parameter.name for parameter in QUERY})
        choice = matters.Choice.of(request.query_params.dict())
        seen = visible_to(official_of(request), timezone.localdate())
        found = matters.matters_of(seen, choice).select_related("department__region")
        pages = MatterPage()
        rows = pages.paginate_queryset(found, request, self)
        return pages.get_paginated_response(MatterSerializer(rows, many=True).data)


class MatterView(APIView):
    """One business matter."""

    @extend_schema(
        operation_id="matters_get",
        parameters=[OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=MatterDetailSerializer,
        tags=["matters"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The matter with what it needs."""
        official, on = official_of(request), timezone.localdate()
        found = ServiceItem.objects.select_related("department__region").filter(pk=pk).first()
        if found is None:
            raise NotVisible(_("There is no such matter."))
        needs = matters.needs_of(found, official, on)
        told = [
            {
                "text": need.text,
                "entry": need.entry.pk if need.entry else None,
                "code": need.entry.code if need.entry else None,
                "items": [item.key for item in need.items],
            }
            for need in needs
        ]
        counts = {
            "need_count": len(needs),
            "met_count": sum(one.entry is not None for one in needs),
        }
        shown = {
            name: getattr(found, name)
            for name in ("id", "code", "name", "kind", "state", "basis", "department", "updated_at")
        }
        content: Any = {**shown, **counts, "needs": told}
        return Response(MatterDetailSerializer(content).data)
