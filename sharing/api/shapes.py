"""How applications look over REST."""

from typing import Any

from rest_framework import serializers

from catalog.models import Mode
from sharing.api.common import DepartmentSerializer, PersonSerializer, ReasonSerializer
from sharing.approval.commands import COMMANDS
from sharing.approval.custody import Place
from sharing.approval.terms import RefusalCode, SigningRule
from sharing.models import Application, ApplicationItem, ItemEvent, ItemStage


class StageSerializer(serializers.ModelSerializer[ItemStage]):
    """One stage of the frozen chain."""

    office = serializers.CharField(source="office.name")
    signed_by = serializers.CharField(source="signed_by.full_name", default=None)
    assignee = serializers.CharField(source="assignee.full_name", default=None)

    class Meta:
        model = ItemStage
        fields = [
            "position", "side", "office_id", "office", "role", "kind", "status", "opened_at",
            "due_on", "provisional", "limit_days", "assignee", "signed_by", "decided_at", "comment",
        ]  # fmt: skip


class EventSerializer(serializers.ModelSerializer[ItemEvent]):
    """One thing that happened to an item."""

    actor = serializers.CharField(source="actor.full_name", default=None)
    acting_for = serializers.CharField(source="acting_for.full_name", default=None)

    class Meta:
        model = ItemEvent
        fields = ["seq", "kind", "actor", "acting_for", "at"]


class ItemSerializer(serializers.ModelSerializer[ApplicationItem]):
    """One entry asked for; ``event_count`` is what commands send back as ``seen``."""

    resource = serializers.UUIDField(source="resource_id")
    title = serializers.CharField(source="version.title")
    provider = DepartmentSerializer()
    row_region = serializers.CharField(source="row_region_id", allow_null=True)

    class Meta:
        model = ApplicationItem
        fields = [
            "id", "resource", "title", "provider", "fields", "row_region", "status",
            "event_count", "due_on", "due_provisional", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields


class ApplicationSerializer(serializers.ModelSerializer[Application]):
    """An application in a list."""

    applicant = PersonSerializer()
    department = DepartmentSerializer()
    items = ItemSerializer(many=True)

    class Meta:
        model = Application
        fields = [
            "id", "number", "applicant", "department", "use_basis", "use_scenario", "use_scope",
            "mode", "starts_on", "ends_on", "reflux", "emergency", "created_at", "updated_at",
            "submitted_at", "items",
        ]  # fmt: skip
        read_only_fields = fields


class ItemDetailSerializer(ItemSerializer):
    """An item with its chain, its events and what the caller may do with it."""

    stages = StageSerializer(many=True)
    events = EventSerializer(many=True)
    commands = serializers.DictField(child=ReasonSerializer(), read_only=True)

    class Meta(ItemSerializer.Meta):
        fields = [*ItemSerializer.Meta.fields, "stages", "events", "commands"]


class ContentSerializer(serializers.Serializer[Any]):
    """What an applicant enters (Decree 809 article 20); a draft may be incomplete."""

    use_basis = serializers.CharField(required=False, allow_blank=True)
    use_scenario = serializers.CharField(required=False, allow_blank=True)
    use_scope = serializers.CharField(required=False, allow_blank=True)
    mode = serializers.ChoiceField(Mode.choices, required=False)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    reflux = serializers.BooleanField(required=False)
    emergency = serializers.BooleanField(required=False)
    row_region = serializers.CharField(
        required=False, allow_null=True, help_text="Region code; null for all rows."
    )


class DraftSerializer(ContentSerializer):
    """A new draft: which entry, for which department, which data items."""

    resource = serializers.UUIDField()
    department = serializers.IntegerField()
    items = serializers.ListField(child=serializers.CharField(), help_text="Keys of data items.")


class DraftChangeSerializer(ContentSerializer):
    """A change of a draft; what is left out stays as it is."""

    items = serializers.ListField(child=serializers.CharField(), required=False)


class SeenSerializer(serializers.Serializer[Any]):
    """How many events the caller has seen; more by now make the call stale (409)."""

    seen = serializers.IntegerField(min_value=0, required=False, default=0)


class GapSerializer(serializers.Serializer[Any]):
    """One thing that is missing."""

    field = serializers.CharField(max_length=60)
    text = serializers.CharField(max_length=1000)


class CommandSerializer(ContentSerializer):
    """One command on an item; which of the other fields count depends on ``command``.

    ``row_region``, ``starts_on`` and ``ends_on`` of sign may only be stricter than what is asked.
    """

    command = serializers.ChoiceField([name for name in COMMANDS if name != "submit"])
    seen = serializers.IntegerField(min_value=0)
    keep = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="sign: data items to keep."
    )
    comment = serializers.CharField(required=False, allow_blank=True, help_text="sign")
    code = serializers.ChoiceField(
        [code.value for code in RefusalCode], required=False, help_text="refuse"
    )
    text = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="refuse and what is within a stage: reason, task, question, opinion or note",
    )
    masks = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="sign: data item to stricter mask"
    )
    to = serializers.IntegerField(
        required=False,
        help_text="transfer, delegate, reassign, remove_signer, consult: an official",
    )
    people = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="add_signer, copy: officials"
    )
    office = serializers.IntegerField(required=False, help_text="consult: a department")
    place = serializers.ChoiceField(
        [place.value for place in Place], required=False, help_text="add_signer"
    )
    rule = serializers.ChoiceField(
        [rule.value for rule in SigningRule], required=False, help_text="add_signer"
    )
    needed = serializers.IntegerField(
        required=False, min_value=1, help_text="add_signer: n of n_of_m"
    )
    days = serializers.IntegerField(
        required=False, min_value=1, max_value=10, help_text="request_extension: working days"
    )
    agrees = serializers.ChoiceField(["yes", "no", ""], required=False, help_text="advise")
    citation = serializers.CharField(required=False, allow_blank=True, help_text="refuse")
    gaps = GapSerializer(many=True, required=False, help_text="request_supplement")
    reason = serializers.CharField(required=False, allow_blank=True, help_text="withdraw")
    explanation = serializers.CharField(required=False, allow_blank=True, help_text="resubmit")
    items = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="resubmit: data items"
    )


class PlannedStageSerializer(serializers.Serializer[Any]):
    """One stage of a chain as it would be frozen now."""

    position = serializers.IntegerField()
    side = serializers.CharField()
    office = serializers.CharField()
    role = serializers.CharField()
    decides = serializers.ListField(child=serializers.CharField())
    holders = serializers.ListField(child=serializers.CharField())
    limit_days = serializers.IntegerField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    provisional = serializers.BooleanField()


class PlanSerializer(serializers.Serializer[Any]):
    """The chain of one item before it is sent."""

    item = serializers.UUIDField()
    lane = serializers.CharField()
    reply_due_on = serializers.DateField(allow_null=True)
    supply_due_on = serializers.DateField(allow_null=True)
    stages = PlannedStageSerializer(many=True)


class InboxSerializer(serializers.Serializer[Any]):
    """One stage that waits for the caller."""

    item = serializers.UUIDField(source="item_id")
    application = serializers.UUIDField(source="item.application_id")
    number = serializers.CharField(source="item.application.number")
    title = serializers.CharField(source="item.version.title")
    department = serializers.CharField(source="item.application.department.name")
    office = serializers.CharField(source="office.name")
    role = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    provisional = serializers.BooleanField()
