"""REST of the quality of entries (R29): public to everybody who sees the entry; no row values."""

from datetime import date
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
from catalog.api import refuse_unknown
from catalog.models import QualitySnapshot, Resource
from catalog.models.quality import LETTERS
from catalog.quality.assessing import assess_live
from catalog.quality.rules import Finding
from portal.api import official_of
from portal.errors import NotVisible

MOST_DAYS = 400


class WarningSerializer(serializers.Serializer[Any]):
    """Something wrong with an entry."""

    code = serializers.CharField(help_text="Stable name of the rule.")
    dimension = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    remedy = serializers.CharField()
    checked = serializers.IntegerField()
    failed = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField(), help_text="What it concerns.")
    lost = serializers.FloatField(help_text="Points of the dimension that it costs.")


class DataResultSerializer(serializers.Serializer[Any]):
    """What one rule on the attached data came to; never a value of a row."""

    rule = serializers.CharField()
    dimension = serializers.CharField()
    names = serializers.ListField(child=serializers.CharField())
    checked = serializers.IntegerField()
    failed = serializers.IntegerField()
    allowed = serializers.FloatField(help_text="Percent that may fail.")


class DaySerializer(serializers.Serializer[Any]):
    """The score from one day on."""

    on = serializers.DateField()
    letter = serializers.CharField()
    overall = serializers.FloatField()


class QualitySerializer(serializers.Serializer[Any]):
    """The quality of an entry as of today."""

    letter = serializers.ChoiceField(choices=["", *LETTERS])
    overall = serializers.FloatField(allow_null=True)
    scores = serializers.DictField(child=serializers.FloatField())
    warnings = WarningSerializer(many=True)
    data_checked_at = serializers.DateTimeField(allow_null=True)
    data_rows = serializers.IntegerField(allow_null=True)
    data_results = DataResultSerializer(many=True)
    history = DaySerializer(many=True)


class QualityView(APIView):
    """The quality of one entry."""

    @extend_schema(
        operation_id="entries_quality",
        parameters=[OpenApiParameter("pk", OpenApiTypes.UUID, OpenApiParameter.PATH)],
        responses=QualitySerializer,
        tags=["catalog"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Scores by dimension, everything behind them, results on the data, history."""
        refuse_unknown(dict(request.query_params.lists()), set())
        on = timezone.localdate()
        resource = get_visible(official_of(request), pk, on)
        return Response(QualitySerializer(_content(resource, on)).data)


def _content(resource: Resource, on: date) -> dict[str, Any]:
    live = assess_live(resource, on)
    if live is None:
        raise NotVisible(_("There is no such entry in the catalog."))
    found, row = live.assessment, live.row
    history = QualitySnapshot.objects.filter(resource=resource).order_by("-on")
    return {
        "letter": found.letter, "overall": found.overall, "scores": found.scores,
        "warnings": [_warning(finding) for finding in found.findings],
        "data_checked_at": row.data_checked_at, "data_rows": row.data_rows,
        "data_results": row.data_results,
        "history": history.values("on", "letter", "overall")[:MOST_DAYS],
    }  # fmt: skip


def _warning(finding: Finding) -> dict[str, Any]:
    warning = finding.warning
    return {
        "code": warning.code, "dimension": warning.dimension, "label": str(warning.label),
        "remedy": str(warning.remedy), "checked": finding.checked, "failed": finding.failed,
        "names": list(finding.names), "lost": finding.lost,
    }  # fmt: skip
