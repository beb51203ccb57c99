"""Pages of the checks of attached data, for those who look after the entry."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Dimension, Resource
from catalog.quality.rules import WARNINGS
from portal.errors import Invalid, NotVisible
from sharing.forms import DataRuleForm
from sharing.models import DataCheck, DataCheckResult, DataRule
from sharing.pulling.failures import explain
from sharing.quality import checks
from sharing.views.common import official_of, posted


@require_safe
def data_checks(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rules on the data of an entry, and what they found last."""
    resource = checks.managed_entry(official_of(request), pk, timezone.localdate())
    return render(request, "sharing/quality/checks.html", _context(resource))


@require_safe
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the page that changes while a check runs."""
    resource = checks.managed_entry(official_of(request), pk, timezone.localdate())
    return render(request, "sharing/quality/_progress.html", _progress(resource))


def _progress(resource: Resource) -> dict[str, Any]:
    latest, done = checks.latest(resource)
    place = checks.attachment_of(resource)
    failure = explain(latest.failure_code, latest.failure_detail) if latest else None
    return {
        "resource": resource,
        "place": place,
        "latest": latest,
        "done": done,
        "is_open": latest is not None and latest.status in DataCheck.OPEN,
        "failure": failure if latest and latest.failure_code else None,
    }


def _context(resource: Resource) -> dict[str, Any]:
    context = _progress(resource)
    version = resource.shown_version()
    names = dict(version.items.values_list("key", "name"))
    results = _results(context["done"])
    context |= {
        "version": version,
        "rules": [
            (rule, _label(rule), _names(rule, names), results.get((rule.kind, tuple(rule.items))))
            for rule in DataRule.objects.filter(resource=resource)
        ],
    }
    return context


def _results(done: DataCheck | None) -> dict[tuple[str, tuple[str, ...]], DataCheckResult]:
    if done is None:
        return {}
    return {(result.kind, tuple(result.items)): result for result in done.results.all()}


def _label(rule: DataRule) -> str:
    return str(WARNINGS[f"data_{rule.kind}"].label)


def _names(rule: DataRule, names: dict[str, str]) -> str:
    return _(", ").join(names.get(key, key) for key in rule.items) or _("whole table")


@require_POST
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for a check now."""
    official, now = official_of(request), timezone.now()
    resource = checks.managed_entry(official, pk, timezone.localdate(now))
    checks.ask(by=official, resource=resource, now=now)
    messages.success(request, _("The check is queued; its progress is shown below."))
    return redirect("sharing:data_checks", pk)


def _rule(request: HttpRequest, pk: int) -> tuple[DataRule, Resource]:
    """A rule of an entry that the reader looks after; else it does not exist."""
    found = DataRule.objects.filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such rule."))
    resource = checks.managed_entry(official_of(request), found.resource_id, timezone.localdate())
    return found, resource


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Adjust one rule."""
    found, resource = _rule(request, pk)
    start = {"allowed": found.allowed, "off_reason": found.off_reason}
    form = DataRuleForm(posted(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            checks.adjust_rule(
                by=official_of(request), rule=found, now=timezone.now(), **form.cleaned_data
            )
        except Invalid as error:
            for fault in error.faults:
                form.add_error(fault.field, f"{fault.message} {fault.remedy}")
        else:
            messages.success(request, _("The rule was changed; the next check goes by it."))
            return redirect("sharing:data_checks", resource.pk)
    context = {
        "rule": found,
        "resource": resource,
        "version": resource.shown_version(),
        "label": _label(found),
        "names": _names(found, dict(resource.shown_version().items.values_list("key", "name"))),
        "form": form,
        "pattern": found.params.get("pattern", ""),
        "values": found.params.get("values", []),
    }
    return render(request, "sharing/quality/rule.html", context, status=422 if form.errors else 200)


@require_safe
def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """Some rows that failed one rule, masked."""
    found, resource = _rule(request, pk)
    _latest, done = checks.latest(resource)
    result = _results(done).get((found.kind, tuple(found.items)))
    kept = list(result.rows.filter(kept_until__gt=timezone.now())) if result else []
    shown = [(row.number, [value for _name, value in row.values]) for row in kept]
    context = {
        "rule": found,
        "resource": resource,
        "version": resource.shown_version(),
        "label": _label(found),
        "result": result,
        "done": done,
        "headings": [name for name, _value in kept[0].values] if shown else [],
        "rows": shown,
        "dimension": Dimension(result.dimension).label if result else "",
    }
    return render(request, "sharing/quality/rows.html", context)
