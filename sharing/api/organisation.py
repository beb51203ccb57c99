"""Who the caller is, and the departments and regions that calls name."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import official_of
from portal.organisation.access import held_posts
from portal.organisation.models import Department, Region

TAGS = ["organisation"]


class ByKey(CursorPagination):
    """Pages in the order of the primary key."""

    page_size = 100
    ordering = "pk"


class PostSerializer(serializers.Serializer[Any]):
    """A post the caller may act in."""

    department = serializers.IntegerField(source="department_id")
    department_name = serializers.CharField()
    region = serializers.CharField(source="region_id")
    role = serializers.CharField()
    acting_for = serializers.CharField(source="acting_for_name", allow_blank=True)


class MeSerializer(serializers.Serializer[Any]):
    """The caller."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    posts = PostSerializer(many=True)


class DepartmentRowSerializer(serializers.ModelSerializer[Department]):
    """A department, with the names it had."""

    former_names = serializers.SlugRelatedField[Any](slug_field="name", many=True, read_only=True)

    class Meta:
        model = Department
        fields = [
            "id", "name", "uscc", "region_id", "kind", "parent_id", "verified", "former_names",
        ]  # fmt: skip
        read_only_fields = fields


class RegionSerializer(serializers.ModelSerializer[Region]):
    """A region (GB/T 2260); one that no longer exists says since when and what it became."""

    class Meta:
        model = Region
        fields = ["code", "name", "level", "parent_id", "valid_until", "successor_id"]
        read_only_fields = fields


class MeView(APIView):
    """Who the caller is."""

    @extend_schema(responses=MeSerializer, tags=TAGS)
    def get(self, request: Request) -> Response:
        """The caller's account and every post it may act in today."""
        by = official_of(request)
        shown = {
            "id": by.pk,
            "username": by.username,
            "name": by.full_name,
            "posts": held_posts(by, timezone.localdate()),
        }
        return Response(MeSerializer(shown).data)


@extend_schema(tags=TAGS)
class DepartmentsView(generics.ListAPIView[Department]):
    """Departments that exist today."""

    serializer_class = DepartmentRowSerializer
    pagination_class = ByKey

    def get_queryset(self) -> QuerySet[Department]:
        """Every signed-in official may look departments up."""
        found: QuerySet[Department] = Department.objects.in_office(timezone.localdate())
        return found.prefetch_related("former_names").order_by("pk")


@extend_schema(tags=TAGS)
class RegionsView(generics.ListAPIView[Region]):
    """Regions."""

    serializer_class = RegionSerializer
    pagination_class = ByKey
    queryset = Region.objects.order_by("pk")
