"""List codes that do not follow the rule of their region: ``manage.py lint_codes``."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Resource
from catalog.numbering import nonconforming, rules_for
from portal.organisation.models import Region


class Command(BaseCommand):
    """Exits with 1 when it found any, so that a script can watch it."""

    help = "List resource codes that the rule of their region could not have made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to print."""
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print a line for each code, then how many there were."""
        rules = rules_for(Region.objects.filter(departments__resources__isnull=False).distinct())
        rows = (
            nonconforming(Resource.objects.all())
            .order_by("provider__region", "code")
            .values_list("code", "provider__region", "provider__name", "pk")
        )
        count = 0
        for code, region, provider, pk in rows.iterator():
            count += 1
            rule = rules[region].name
            if options["json"]:
                line = {"code": code, "region": region, "provider": provider, "rule": rule,
                        "entry": str(pk)}  # fmt: skip
                self.stdout.write(json.dumps(line, ensure_ascii=False))
            else:
                self.stdout.write(f"{code}\t{region}\t{rule}\t{provider}")
        if not options["json"]:
            text = ngettext(
                "%(count)s code does not follow its rule.",
                "%(count)s codes do not follow their rules.",
                count,
            )
            self.stdout.write(text % {"count": count} if count else _("Every code is in order."))
        if count:
            raise SystemExit(1)
