"""The chains that hold everywhere until somebody sets others in force (DESIGN: default policy)."""

import datetime

from django.db import migrations

NAME, VERSION = "default", 1
DEFINITION = {
    "version": "default-1",
    "relay": "sign",
    "answer_unconditional_by_rule": False,
    "supplement_clock": "pauses",
    "limits": {
        "home_review": 2,
        "authority_review": 2,
        "reply_unconditional": 1,
        "reply_conditional": 10,
        "supply": 20,
    },
}
IN_FORCE = datetime.date(2025, 8, 1)  # as Decree 809


def add(apps, schema_editor):  # noqa: ARG001
    apps.get_model("sharing", "ChainPolicy").objects.get_or_create(
        name=NAME, version=VERSION, defaults={"definition": DEFINITION, "valid_from": IN_FORCE}
    )


def remove(apps, schema_editor):  # noqa: ARG001
    apps.get_model("sharing", "ChainPolicy").objects.filter(
        name=NAME, version=VERSION, definition=DEFINITION
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("sharing", "0003_guards")]

    operations = [migrations.RunPython(add, remove)]
