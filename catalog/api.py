"""REST of the catalog: entries that the caller may see, and nothing else."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.access import get_visible
from catalog.linked import without_hidden_links
from catalog.models import DataItem, EntryQuality, HarvestedEntry, Resource, ResourceVersion
from catalog.search import Filters, Reader, find, suggest
from catalog.search.filters import LITERAL, POSSIBLE, SORTS
from catalog.search.query import LONGEST_QUERY
from catalog.search.suggesting import Kind
from portal.api import official_of
from portal.errors import Fault, Invalid
from portal.organisation.models import Department


class ProviderSerializer(serializers.ModelSerializer[Department]):
    """A department, as shown beside what it provides."""

    region = serializers.CharField(source="region_id", help_text="GB/T 2260 code.")
    region_name = serializers.CharField(source="region.name")

    class Meta:
        model = Department
        fields = ["id", "name", "uscc", "region", "region_name"]


class DataItemSerializer(serializers.ModelSerializer[DataItem]):
    """A data item of an entry."""

    class Meta:
        model = DataItem
        fields = [
            "key", "name", "name_en", "data_type", "length", "meaning", "code_set", "grade",
            "personal", "mask", "sharing_type", "required",
        ]  # fmt: skip


class VersionSerializer(serializers.ModelSerializer[ResourceVersion]):
    """The core metadata of one version."""

    classification = serializers.CharField(source="classification.code", default=None)

    class Meta:
        model = ResourceVersion
        fields = [
            "number", "title", "title_en", "abstract", "classification", "theme", "keywords",
            "format_class", "format_types", "update_cycle", "sharing_type", "sharing_condition",
            "sharing_citation", "sharing_modes", "open_type", "open_condition", "grade",
            "splittable", "storage_gb", "storage_shared_gb", "storage_open_gb", "record_count",
            "records_shared", "records_open", "linked_codes", "published_at",
        ]  # fmt: skip


class EntrySerializer(serializers.Serializer[Any]):
    """One entry in a list."""

    id = serializers.UUIDField()
    code = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    provider = ProviderSerializer()
    title = serializers.CharField()
    abstract = serializers.CharField()
    sharing_type = serializers.CharField(allow_blank=True)
    update_cycle = serializers.CharField(allow_blank=True)
    grade = serializers.IntegerField()
    quality = serializers.CharField(allow_blank=True, help_text="A to E, as last assessed.")
    updated_at = serializers.DateTimeField()


class OriginSerializer(serializers.ModelSerializer[HarvestedEntry]):
    """Where a harvested entry came from."""

    catalog = serializers.CharField(source="source.name")

    class Meta:
        model = HarvestedEntry
        fields = ["catalog", "identifier", "link", "taken_at", "gone_at"]


class EntryDetailSerializer(serializers.Serializer[Any]):
    """One entry with its live version and its data items."""

    id = serializers.UUIDField()
    code = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    visibility = serializers.CharField()
    provider = ProviderSerializer()
    version = VersionSerializer(allow_null=True)
    items = DataItemSerializer(many=True)
    harvested_from = OriginSerializer(allow_null=True)
    quality = serializers.CharField(allow_blank=True, help_text="A to E, as last assessed.")
    updated_at = serializers.DateTimeField()


class OptionSerializer(serializers.Serializer[Any]):
    """One value of a facet and how many entries it would show."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class FacetSerializer(serializers.Serializer[Any]):
    """One facet with exact counts."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    options = OptionSerializer(many=True)


class EntryPageSerializer(serializers.Serializer[Any]):
    """One page of entries with exact total and counts."""

    total = serializers.IntegerField()
    next_cursor = serializers.CharField(allow_blank=True)
    results = EntrySerializer(many=True)
    facets = FacetSerializer(many=True)


QUERY = [
    OpenApiParameter("q", str, description="Words, parts of words, pinyin or initials."),
    OpenApiParameter("cursor", str, description="``next_cursor`` of the page before."),
    OpenApiParameter("sort", str, enum=list(SORTS)),
    OpenApiParameter(LITERAL, str, enum=["1"], description="1: without synonyms."),
    *(OpenApiParameter(name, str, many=True, description=f"Facet {name}.") for name in POSSIBLE),
]


class EntryListView(APIView):
    """Find entries."""

    @extend_schema(
        operation_id="entries_list",
        parameters=QUERY,
        responses=EntryPageSerializer,
        tags=["catalog"],
    )
    def get(self, request: Request) -> Response:
        """One page of the entries the caller may see, with the same counts as the pages."""
        given = dict(request.query_params.lists())
        refuse_unknown(given, {"q", "cursor", "sort", LITERAL, *POSSIBLE})
        official = official_of(request)
        page = find(
            official,
            timezone.localdate(),
            (given.get("q") or [""])[-1],
            Filters.of(given),
            (given.get("cursor") or [""])[-1],
        )
        rows = [
            {
                "id": hit.resource.pk, "code": hit.resource.code, "status": hit.resource.status,
                "provider": hit.resource.provider, "title": hit.version.title,
                "abstract": hit.version.abstract, "sharing_type": hit.version.sharing_type,
                "update_cycle": hit.version.update_cycle, "grade": hit.version.grade,
                "quality": hit.quality, "updated_at": hit.resource.updated_at,
            }
            for hit in page.rows
        ]  # fmt: skip
        answer = EntryPageSerializer(
            {
                "total": page.total,
                "next_cursor": page.next_cursor,
                "results": rows,
                "facets": page.facets,
            }
        )
        return Response(answer.data)


class SuggestionSerializer(serializers.Serializer[Any]):
    """Something that fits what is typed so far."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    text = serializers.CharField()
    count = serializers.IntegerField(help_text="Entries behind it that the caller may see.")
    note = serializers.CharField(allow_blank=True, help_text="Provider or code of an entry.")
    entry = serializers.UUIDField(allow_null=True)
    department = serializers.IntegerField(allow_null=True)


class SuggestionsView(APIView):
    """Suggestions while typing."""

    @extend_schema(
        operation_id="catalog_suggestions",
        parameters=[OpenApiParameter("q", str, description="What is typed so far.")],
        responses=SuggestionSerializer(many=True),
        tags=["catalog"],
    )
    def get(self, request: Request) -> Response:
        """At most eight entries, data items and departments of what the caller may see."""
        given = dict(request.query_params.lists())
        refuse_unknown(given, {"q"})
        reader = Reader.of(official_of(request), timezone.localdate())
        found = suggest(reader, (given.get("q") or [""])[-1][:LONGEST_QUERY])
        return Response(SuggestionSerializer(found.found, many=True).data)


class EntryView(APIView):
    """One entry."""

    @extend_schema(
        operation_id="entries_get",
        parameters=[OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=EntryDetailSerializer,
        tags=["catalog"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The entry with all its data items; 404 when the caller may not know of it."""
        official, on = official_of(request), timezone.localdate()
        resource = get_visible(official, pk, on)
        found = _detail(resource)
        if found["version"] is not None:
            found["version"] = without_hidden_links(official, found["version"], on)
        return Response(EntryDetailSerializer(found).data)


class AnswerSerializer(serializers.Serializer[Any]):
    """Whether a command can be given now and, if not, why."""

    allowed = serializers.BooleanField()
    code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


def validated(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """The data of a serializer, or every fault at once."""
    given = serializer.initial_data if isinstance(serializer.initial_data, dict) else {}
    unknown = sorted(set(given) - set(serializer.fields))
    serializer.is_valid(raise_exception=not unknown)
    if unknown:
        names = ", ".join(sorted(serializer.fields))
        faults = [
            Fault(
                name, _("There is no field of this name."),
                _("Known: %(names)s.") % {"names": names}, "unknown",
            )
            for name in unknown
        ]  # fmt: skip
        raise Invalid(_("Some fields are not known."), faults)
    return dict(serializer.validated_data)


def refuse_unknown(given: dict[str, list[Any]], known: set[str]) -> None:
    """Refuse parameters that would be ignored: a misspelt filter must not widen a result."""
    faults = [
        Fault(
            name,
            _("There is no parameter of this name."),
            _("Known: %(names)s.") % {"names": ", ".join(sorted(known))},
            "unknown_parameter",
        )
        for name in sorted(set(given) - known)
    ]
    if faults:
        raise Invalid(_("Some parameters are not known."), faults)


def _origin(resource: Resource) -> HarvestedEntry | None:
    return HarvestedEntry.objects.filter(resource=resource).select_related("source").first()


def _detail(resource: Resource) -> dict[str, Any]:
    version = resource.live or resource.versions.order_by("-number").first()
    items = version.items.all() if version else []
    row = EntryQuality.objects.filter(pk=resource.pk)
    quality = row.values_list("letter", flat=True).first()
    return {
        "id": resource.pk, "code": resource.code, "status": resource.status,
        "visibility": resource.visibility, "provider": resource.provider, "version": version,
        "items": items, "harvested_from": _origin(resource), "quality": quality or "",
        "updated_at": resource.updated_at,
    }  # fmt: skip
