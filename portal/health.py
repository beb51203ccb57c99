"""Whether this process lives, and whether it can serve: for probes, without a sign-in."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

Probe = Callable[[], bool]


@login_not_required
@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    del request
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when everything a page needs is there, else 503; says which part, never why.

    The cache is reported but not required: pages work without it.
    """
    del request
    required = {"database": _database(), "migrations": _migrations()}
    parts = required | {"cache": _cache()}
    return JsonResponse(parts, status=200 if all(required.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


_migrated: set[str] = set()


def _migrations() -> bool:
    """Whether the database is as new as the code; asked until the answer is yes."""
    if settings.DATABASES["default"]["NAME"] in _migrated:
        return True
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False
    if not plan:
        _migrated.add(settings.DATABASES["default"]["NAME"])
    return not plan


def _cache() -> bool:
    try:
        cache.get("readyz")
    except (RedisError, OSError):
        return False
    return True
