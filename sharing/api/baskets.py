"""Applications with several entries over REST: filling, matters, files, what a page would warn of."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.access import get_visible
from portal.api import idempotent, official_of
from portal.errors import Invalid, NotVisible
from portal.organisation.models import Department, Official
from sharing import access, actions
from sharing.api import shapes
from sharing.api.common import validated
from sharing.file_kinds import TYPES
from sharing.matters import NeedState, Proposal, matters_for, propose
from sharing.models import Application, ApplicationAttachment, ApplicationItem
from sharing.presenting.checking import checked
from sharing.usual_days import Total

TAGS = ["applications"]


class ItemAddSerializer(serializers.Serializer[Any]):
    """An entry for the basket; a second time it gets the items in addition."""

    resource = serializers.UUIDField()
    items = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="Keys of data items."
    )


class ItemChangeSerializer(serializers.Serializer[Any]):
    """What changes of one entry of the basket."""

    items = serializers.ListField(child=serializers.CharField(), required=False)
    row_region = serializers.CharField(required=False, allow_null=True)


class MatterFillSerializer(serializers.Serializer[Any]):
    """Which entries of a matter, and into which draft; left out: all, into a new one."""

    entries = serializers.ListField(child=serializers.UUIDField(), required=False)
    application = serializers.UUIDField(required=False, allow_null=True)


class ProposalSerializer(serializers.Serializer[Any]):
    """How an entry, or a need without one, stands for the department."""

    state = serializers.ChoiceField(choices=[one.value for one in NeedState])
    needs = serializers.ListField(child=serializers.CharField())
    entry = serializers.UUIDField(allow_null=True)
    items = serializers.ListField(child=serializers.CharField(), help_text="Keys to ask for.")
    granted = serializers.ListField(child=serializers.CharField())
    grant = serializers.UUIDField(allow_null=True)
    application = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class FaultSerializer(serializers.Serializer[Any]):
    """One thing that keeps the application from being sent."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class CautionSerializer(serializers.Serializer[Any]):
    """One thing to know before sending; nothing is forbidden by it."""

    code = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    remedy = serializers.CharField()


class UsualSerializer(serializers.Serializer[Any]):
    """Working days from history; ``unknown`` steps have none."""

    median = serializers.IntegerField()
    most = serializers.IntegerField(help_text="80th percentile")
    unknown = serializers.IntegerField()


class CheckedItemSerializer(serializers.Serializer[Any]):
    """One entry before sending."""

    item = serializers.UUIDField()
    ready = serializers.BooleanField()
    faults = FaultSerializer(many=True)
    warnings = CautionSerializer(many=True)
    usual_days = UsualSerializer(allow_null=True)


class BasketCheckSerializer(serializers.Serializer[Any]):
    """All that is wrong, and all that is worth knowing, at once."""

    ready = serializers.BooleanField()
    faults = FaultSerializer(many=True)
    items = CheckedItemSerializer(many=True)


class SubmitSerializer(shapes.SeenSerializer):
    """``only_ready`` sends what is ready and sets the rest aside in a new draft."""

    only_ready = serializers.BooleanField(default=False)


class AttachmentSerializer(serializers.ModelSerializer[ApplicationAttachment]):
    """A file of an application."""

    class Meta:
        model = ApplicationAttachment
        fields = ["id", "name", "kind", "size", "digest", "added_at"]
        read_only_fields = fields


class AttachmentUploadSerializer(serializers.Serializer[Any]):
    """A file to add."""

    file = serializers.FileField()


@extend_schema(tags=TAGS)
class BasketItemsView(APIView):
    """The entries of a draft."""

    @extend_schema(
        operation_id="basket_items_add",
        request=ItemAddSerializer,
        responses={201: shapes.ItemSerializer},
    )
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Put an entry into the basket."""
        by, now = official_of(request), timezone.now()
        data = validated(ItemAddSerializer(data=request.data))
        resource = get_visible(by, data["resource"], timezone.localdate(now))
        item = actions.put_in(
            by=by, application_id=pk, resource=resource, fields=data["items"], now=now
        )
        return Response(_item(item.pk), status=status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class BasketItemView(APIView):
    """One entry of a draft."""

    @extend_schema(
        operation_id="basket_items_change",
        request=ItemChangeSerializer,
        responses=shapes.ItemSerializer,
    )
    def patch(self, request: Request, pk: UUID, item: UUID) -> Response:
        """Change its data items or rows."""
        data = validated(ItemChangeSerializer(data=request.data))
        fields = data.pop("items", None)
        actions.save_draft(
            by=official_of(request), application_id=pk, item_id=item, fields=fields, content=data,
            now=timezone.now(),
        )  # fmt: skip
        return Response(_item(item))

    @extend_schema(operation_id="basket_items_remove", responses={204: None})
    def delete(self, request: Request, pk: UUID, item: UUID) -> Response:
        """Take it out; the last one stays."""
        actions.take_out(
            by=official_of(request), application_id=pk, item_id=item, now=timezone.now()
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=TAGS)
class CheckView(APIView):
    """Before sending."""

    @extend_schema(operation_id="applications_check", request=None, responses=BasketCheckSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Every fault of every entry, the warnings and the usual days; nothing is changed."""
        by, now = official_of(request), timezone.now()
        found = access.get_application(by, pk, timezone.localdate(now))
        items = list(
            ApplicationItem.objects.filter(application=found).select_related(
                "application__applicant", "application__department__region", "application__matter",
                "provider__region", "resource__live", "version", "row_region",
            ).order_by("pk")
        )  # fmt: skip
        if found.submitted_at is not None:
            raise NotVisible(_("There is no such draft."))
        application = items[0].application
        faults = actions.basket_faults(application, items, by=by, now=now)
        entries = checked(by, application, items, faults, now)
        told = {
            "ready": not faults.all,
            "faults": faults.common,
            "items": [
                {
                    "item": entry.item.pk,
                    "ready": not entry.faults and not faults.common,
                    "faults": entry.faults,
                    "warnings": entry.cautions,
                    "usual_days": _usual(entry.total),
                }
                for entry in entries
            ],
        }
        return Response(BasketCheckSerializer(told).data)


def _usual(total: Total | None) -> dict[str, int] | None:
    if total is None:
        return None
    return {"median": total.median, "most": total.most, "unknown": total.unknown}


@extend_schema(tags=TAGS)
class MatterBasketView(APIView):
    """Applying for everything a business matter needs."""

    @extend_schema(operation_id="matters_proposal", responses=ProposalSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """What the matter needs and what of it is granted, applied for, to ask or missing."""
        by, on = official_of(request), timezone.localdate()
        matter, department = _own_matter(by, pk)
        found = [_proposal(one) for one in propose(matter, by, department, on)]
        return Response(ProposalSerializer(found, many=True).data)

    @extend_schema(
        operation_id="matters_apply",
        request=MatterFillSerializer,
        responses={201: shapes.ApplicationSerializer},
    )
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Put all of it, or the chosen entries, into one basket."""
        by = official_of(request)
        matter, department = _own_matter(by, pk)
        data = validated(MatterFillSerializer(data=request.data))
        application = actions.for_matter(
            by=by,
            department=department,
            matter=matter,
            chosen=data.get("entries"),
            application_id=data.get("application"),
            now=timezone.now(),
        )
        return Response(shown(by, application.pk), status=status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class AttachmentsView(APIView):
    """The files of an application."""

    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="attachments_list", responses=AttachmentSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Names, sizes and digests."""
        found = access.get_application(official_of(request), pk, timezone.localdate())
        return Response(AttachmentSerializer(found.attachments.all(), many=True).data)

    @extend_schema(
        operation_id="attachments_add",
        request={"multipart/form-data": AttachmentUploadSerializer},
        responses={201: AttachmentSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Add a file to a draft."""
        data = validated(AttachmentUploadSerializer(data={"file": request.FILES.get("file")}))
        upload = data["file"]
        if not upload.name:
            raise Invalid(_("The file has no name."))
        added = actions.attach(
            by=official_of(request), application_id=pk, file=upload, name=upload.name,
            now=timezone.now(),
        )  # fmt: skip
        return Response(AttachmentSerializer(added).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class AttachmentView(APIView):
    """One file."""

    @extend_schema(operation_id="attachments_get", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> FileResponse:
        """The file itself."""
        found = actions.get_attachment(official_of(request), pk, timezone.localdate())
        answer = FileResponse(
            found.file.open("rb"),
            as_attachment=True,
            filename=found.name,
            content_type=TYPES[found.kind],
        )
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    @extend_schema(operation_id="attachments_remove", responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove it while the application is a draft."""
        by, now = official_of(request), timezone.now()
        found = actions.get_attachment(by, pk, timezone.localdate(now))
        actions.detach(by=by, application_id=found.application_id, attachment_id=pk, now=now)
        return Response(status=status.HTTP_204_NO_CONTENT)


def shown(by: Official, pk: UUID) -> Any:
    """The application with those of its items that the caller sees."""
    seen = access.items_visible_to(by, timezone.localdate()).select_related("provider", "version")
    found = Application.objects.select_related("applicant", "department").prefetch_related(
        Prefetch("items", queryset=seen)
    )
    return shapes.ApplicationSerializer(found.get(pk=pk)).data


def _item(pk: UUID) -> Any:
    return shapes.ItemSerializer(
        ApplicationItem.objects.select_related("provider", "version").get(pk=pk)
    ).data


def _own_matter(by: Official, pk: UUID) -> tuple[Any, Department]:
    on = timezone.localdate()
    matter = matters_for(
        one for one in Department.objects.filter(service_items=pk).values_list("pk", flat=True)
        if access.may_apply_for(by, one, on)
    ).filter(pk=pk).first()  # fmt: skip
    if matter is None:
        raise NotVisible(_("There is no such matter."))
    return matter, Department.objects.select_related("region").get(pk=matter.department_id)


def _proposal(one: Proposal) -> dict[str, Any]:
    return {
        "state": one.state.value,
        "needs": list(one.needs),
        "entry": one.entry.pk if one.entry else None,
        "items": [item.key for item in one.fields],
        "granted": [item.key for item in one.granted],
        "grant": one.grant,
        "application": one.application,
        "reason": str(one.reason.text) if one.reason else "",
    }
