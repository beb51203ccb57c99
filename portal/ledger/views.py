"""Pages of the ledger: a list read by key, one entry, its proof."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.ledger import access, kinds
from portal.ledger.checkpoints import Signed
from portal.ledger.forms import EntryFilterForm
from portal.ledger.models import Checkpoint, Entry
from portal.ledger.proofs import proof_of
from portal.organisation.models import Official
from portal.signing import public_key_pem
from portal.worktime.access import citation

PAGE_SIZE = 50


def _reader(request: HttpRequest) -> Official:
    if not isinstance(request.user, Official):
        raise PermissionDenied
    return request.user


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The entries this person may read, newest first."""
    on = timezone.localdate()
    visible = access.entries_visible_to(_reader(request), on)
    form = EntryFilterForm(request.GET)
    found: list[Entry] = []
    if form.is_valid():
        asked = form.narrow(visible)
        if form.cleaned_data["after"]:
            asked = asked.filter(pk__lt=form.cleaned_data["after"])
        found = list(asked.select_related("seal").order_by("-pk")[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    context = {
        "form": form,
        "rows": [(entry, kinds.text_of(entry.kind), citation(entry.article)) for entry in found],
        "next_cursor": str(found[-1].pk) if more else None,
        "is_filtered": any(form.data.get(name) for name in form.fields),
        "checkpoint": Checkpoint.objects.order_by("-seq").first(),
        "today": on,
    }
    return render(request, "ledger/list.html", context)


@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one entry."""
    found = access.get_visible(_reader(request), pk, timezone.localdate())
    seal = getattr(found, "seal", None)
    checkpoint = seal and Checkpoint.objects.filter(seq__gte=seal.seq).order_by("seq").first()
    context = {
        "entry": found,
        "what": kinds.text_of(found.kind),
        "article": citation(found.article),
        "crumbs": [(reverse("ledger:list"), _("Ledger"))],
        "seal": seal,
        "checkpoint": checkpoint,
        "details": _details(found.data),
    }
    return render(request, "ledger/entry.html", context)


def _details(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Rows of (name, before, after); facts that were not changed stand under "after"."""
    before, after = data.get("before"), data.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        names = list(dict.fromkeys([*before, *after]))
        rows = [(name, _shown(before.get(name)), _shown(after.get(name))) for name in names]
        rest = {name: value for name, value in data.items() if name not in {"before", "after"}}
    else:
        rows, rest = [], data
    return rows + [(name, "", _shown(value)) for name, value in rest.items()]


def _shown(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return str(value)


@require_safe
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof of one entry as a file; NotAllowed while no checkpoint covers it."""
    found = access.get_visible(_reader(request), pk, timezone.localdate())
    made = proof_of(found)
    content = {
        **made.as_dict(),
        "checkpoint": json.loads(Signed.as_json(made.checkpoint)),
        "public_key": public_key_pem(),
    }
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="ledger-{pk}.json"'
    return answer
