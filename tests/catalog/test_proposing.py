"""From a table or a file to a draft: the pages, the rights, and that nothing of the data is kept."""

import re
from datetime import timedelta
from io import BytesIO
from random import Random

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from psycopg import sql

from catalog import actions
from catalog.models import Attachment, DataSource, Resource
from catalog.proposing.looking import form_of
from catalog.proposing.sheet import HOURS, sheet_sent
from catalog.sources import SourceFault, reader
from portal.errors import Invalid
from portal.ledger.models import Entry
from tests.catalog.conftest import reads_english
from tests.catalog.recognition import columns
from tests.world import ITEMS, World

PROPOSE = reverse("catalog:propose")
TABLE = "public.zzdj"
ROWS = 300
MAKE = """
CREATE TABLE zzdj (
  a1 varchar(18) PRIMARY KEY, xm varchar(30) NOT NULL, lxdh varchar(20), sfzh varchar(20),
  xzqh varchar(6), gxsj timestamptz, je numeric(12,2)
);
COMMENT ON TABLE zzdj IS '居住登记';
COMMENT ON COLUMN zzdj.sfzh IS '身份证件';
"""


def fill(link) -> None:
    chance = Random(9)  # noqa: S311 - invented data
    rows = [
        (
            columns.id_number(chance), columns.person(chance), f"139{chance.randrange(10**8):08d}",
            f"HH{n}", chance.choice(columns.COUNTIES).code, f"2024-05-01 08:{n % 60:02d}+08", n / 4,
        )
        for n in range(ROWS)
    ]  # fmt: skip
    with link.cursor() as cursor:
        cursor.executemany("INSERT INTO zzdj VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)


@pytest.fixture
def place(world: World, source, settings) -> DataSource:
    """A source of the police with a table that no entry carries yet."""
    settings.SOURCE_HOSTS = [*settings.SOURCE_HOSTS, source.host]
    with source.connect() as link:
        link.execute("DROP TABLE IF EXISTS zzdj")
        link.execute(MAKE)
        fill(link)
    yield DataSource.objects.create(
        name="人口库", department=world.departments["police"], options=source.options()
    )
    with source.connect() as link:
        link.execute("DROP TABLE zzdj")


@pytest.fixture
def as_steward(client, world: World):
    client.force_login(reads_english(world.people["steward"]))
    return client


def looked(client, place: DataSource, address: str = PROPOSE):
    return client.post(address, {"act": "look", "source": place.pk, "table": TABLE})


def chosen_of(options: str) -> str:
    chosen = re.search(r'value="([^"]*)" selected|<option selected>([^<]*)', options)
    if chosen is None:
        return re.search(r'value="([^"]*)"', options)[1]
    return chosen[1] if chosen[1] is not None else chosen[2]


def sent_back(response, **changes: str | None) -> dict[str, str]:
    """The form of the page as a browser would send it, with changes; None unticks."""
    page = response.content.decode()
    fields = {"act": "accept", "seen": re.search(r'name="seen" value="([^"]+)"', page)[1]}
    inputs = re.findall(r'<input class="input[^>]* name="([^"]+)" value="([^"]*)"', page)
    fields |= dict(inputs)
    ticked = re.findall(r'type="checkbox"[^>]* name="([^"]+)" checked', page)
    fields |= dict.fromkeys(ticked, "on")
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected|<option selected>([^<]*)', options)
        first = re.search(r'value="([^"]*)"', options)
        value = (
            next((one for one in chosen.groups() if one is not None), "") if chosen else first[1]
        )
        fields[name] = value
    hidden = re.search(r'<input type="hidden" name="title" value="([^"]*)"', page)
    fields |= {"title": hidden[1]} if hidden else {}
    return {name: value for name, value in (fields | changes).items() if value is not None}


def test_a_table_becomes_an_entry_that_is_attached(as_steward, place, world):
    page = looked(as_steward, place)
    assert "300 of 300 values have a valid check digit." in page.content.decode()
    answer = as_steward.post(PROPOSE, sent_back(page))
    entry = Resource.objects.exclude(pk__in=[world.resource.pk, world.address.pk]).get()
    assert answer.url == reverse("catalog:entry", args=[entry.pk])
    version = entry.shown_version()
    assert (version.title, version.status, version.grade) == ("居住登记信息", "draft", 3)
    assert (version.format_class, version.format_types) == ("3", ["PostgreSQL"])
    assert (version.sharing_type, version.splittable) == ("conditional", True)
    found = {
        item.key: (item.name, item.data_type, item.grade, item.personal, item.mask)
        for item in version.items.all()
    }
    assert found["a1"] == ("公民身份号码", "C", 3, True, "id_number")
    assert found["xm"] == ("姓名", "C", 3, True, "name")
    assert found["lxdh"][3:] == (True, "phone")
    assert found["xzqh"] == ("行政区划代码", "C", 1, False, "")
    assert found["je"][1] == "Y"
    attachment = Attachment.objects.get(resource=entry)
    assert attachment.columns == {key: key for key in found}
    assert (attachment.key_columns, attachment.region_column) == (["a1"], "xzqh")
    assert attachment.change_column == "gxsj"
    assert [column["name"] for column in attachment.described] == list(found)
    assert set(Entry.objects.values_list("kind", flat=True)) >= {
        "source.sampled", "catalog.drafted", "catalog.attached",
    }  # fmt: skip


def test_a_wrong_name_is_warned_of_and_not_graded_as_such(as_steward, place):
    page = looked(as_steward, place).content.decode()
    assert "The name says identity numbers, but only 0 of 300 values are such." in page


def test_every_cell_counts_and_rows_can_be_left_out(as_steward, place, world):
    page = looked(as_steward, place)
    changes = {
        "title": "流动人口居住登记信息", "0-name": "证件号码", "0-key": "id_number", "0-grade": "4",
        "0-mask": "id_number_strict", "3-use": None, "6-use": None, "1-required": "on",
        "region_column": "", "change_column": "",
    }  # fmt: skip
    as_steward.post(PROPOSE, sent_back(page, **changes))
    entry = Resource.objects.exclude(pk__in=[world.resource.pk, world.address.pk]).get()
    version = entry.shown_version()
    items = list(version.items.values_list("key", "name", "grade", "mask", "required"))
    assert items[0] == ("id_number", "证件号码", 4, "id_number_strict", True)
    assert [key for key, *_rest in items] == ["id_number", "xm", "lxdh", "xzqh", "gxsj"]
    assert items[1][4] is True
    assert (version.title, version.grade, version.splittable) == ("流动人口居住登记信息", 4, False)
    assert Attachment.objects.get(resource=entry).columns["id_number"] == "a1"


def test_all_faults_at_once_with_the_text_kept_and_nothing_written(as_steward, place):
    before = Resource.objects.count()
    page = looked(as_steward, place)
    changes = {"0-key": "no good", "1-length": "many", "2-name": "", "0-is_key": None, "title": ""}
    answer = as_steward.post(PROPOSE, sent_back(page, **changes))
    assert answer.status_code == 422
    assert Resource.objects.count() == before
    assert 'value="many"' in answer.content.decode()
    assert 'href="#id_1-length"' in answer.content.decode()
    answer = as_steward.post(PROPOSE, sent_back(page, **(changes | {"1-length": "9"})))
    text = answer.content.decode()
    assert answer.status_code == 422
    for anchor in ("id_0-key", "id_2-name", "id_title"):
        assert f'href="#{anchor}"' in text
    good = {"0-is_key": None}
    answer = as_steward.post(PROPOSE, sent_back(page, **good))
    assert "The key columns are missing." in answer.content.decode()
    assert Resource.objects.count() == before  # entry and attachment: both or none


def test_two_items_of_one_key_and_no_item_at_all(as_steward, place):
    page = looked(as_steward, place)
    answer = as_steward.post(PROPOSE, sent_back(page, **{"1-key": "a1"}))
    assert "Two items of an entry cannot have the same key." in answer.content.decode()
    nothing = {f"{number}-use": None for number in range(7)}
    answer = as_steward.post(PROPOSE, sent_back(page, **nothing))
    assert "No column is chosen." in answer.content.decode()


def test_a_draft_keeps_what_the_table_does_not_know(as_steward, place, world):
    draft = actions.create_draft(
        by=world.people["steward"], provider=world.departments["police"], now=world.now,
        content={"title": "居住登记", "abstract": "已写"},
        items=[
            {"key": "a1", "name": "身份号码", "data_type": "C", "length": 18, "grade": 4, "meaning": "登记人"},
            {"key": "bz", "name": "备注", "data_type": "C", "length": 100},
        ],
    )  # fmt: skip
    address = reverse("catalog:propose_for", args=[draft.resource_id])
    page = looked(as_steward, place, address)
    assert "Keep 1 item of the entry that is not in this table" in page.content.decode()
    as_steward.post(address, sent_back(page))
    draft.refresh_from_db()
    items = {item.key: item for item in draft.items.all()}
    assert (draft.title, draft.abstract) == ("居住登记", "已写")
    assert (items["a1"].name, items["a1"].grade, items["a1"].meaning) == ("身份号码", 4, "登记人")
    assert list(items)[-1] == "bz"
    page = looked(as_steward, place, address)
    as_steward.post(address, sent_back(page, keep_others=None))
    assert "bz" not in set(draft.items.values_list("key", flat=True))


def test_a_published_entry_goes_on_being_served_from_its_table(as_steward, place, world, source):
    Attachment.objects.create(
        resource=world.resource, source=place, table="people", key_columns=["id_number"],
        columns={item[0]: item[0] for item in ITEMS}, region_column="region_code",
    )  # fmt: skip
    address = reverse("catalog:propose_for", args=[world.resource.pk])
    page = looked(as_steward, place, address)
    answer = as_steward.post(address, sent_back(page))
    assert "The published version is served from another table." in answer.content.decode()
    assert Attachment.objects.get(resource=world.resource).table == "people"
    assert as_steward.post(address, sent_back(page, attach=None)).status_code == 302
    assert Attachment.objects.get(resource=world.resource).table == "people"
    assert world.resource.versions.count() == 2


def test_who_may_not(client, place, world):
    client.force_login(reads_english(world.people["stranger"]))
    assert looked(client, place).status_code == 404
    assert client.get(f"{PROPOSE}?source={place.pk}").status_code == 404
    assert client.get(reverse("catalog:propose_for", args=[world.resource.pk])).status_code == 404
    assert "You look after no department" in client.get(PROPOSE).content.decode()


def test_the_table_of_another_person_is_not_accepted(client, place, world):
    client.force_login(reads_english(world.people["steward"]))
    sent = sent_back(looked(client, place))
    client.force_login(reads_english(world.people["provider_office"]))
    before = Resource.objects.count()
    assert "looked at too long ago" in client.post(PROPOSE, sent).content.decode()
    assert "looked at too long ago" in client.post(PROPOSE, sent | {"seen": "x"}).content.decode()
    assert Resource.objects.count() == before


def test_a_table_that_was_looked_at_yesterday_has_to_be_looked_at_again(as_steward, place, world):
    steward = world.people["steward"]
    sent = sent_back(looked(as_steward, place))
    assert sheet_sent(sent, steward).table == "zzdj"
    later = world.now + timedelta(hours=HOURS, minutes=5)
    with time_machine.travel(later), pytest.raises(Invalid, match="too long ago"):
        sheet_sent(sent, steward)


def test_no_value_is_kept_or_shown(as_steward, place, world, source, caplog):
    with source.connect() as link:
        number, name, phone = link.execute("SELECT a1, xm, lxdh FROM zzdj LIMIT 1").fetchone()
    page = looked(as_steward, place)
    as_steward.post(PROPOSE, sent_back(page))
    shown = page.content.decode()
    assert f"{number[:6]}********{number[-4:]}" in shown
    for value in (number, phone, f">{name}<"):
        assert value not in shown
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'character varying')"
        )
        for table, column in cursor.fetchall():
            statement = sql.SQL("SELECT 1 FROM {} WHERE {}::text LIKE {}").format(
                sql.Identifier(table), sql.Identifier(column), sql.Literal(f"%{number}%")
            )
            cursor.execute(statement.as_string(None))
            assert cursor.fetchone() is None, (table, column)
    assert number not in caplog.text


def test_a_source_that_cannot_be_read_says_why(as_steward, place):
    DataSource.objects.filter(pk=place.pk).update(options={**place.options, "dbname": "gone"})
    answer = as_steward.get(f"{PROPOSE}?source={place.pk}")
    assert answer.status_code == 422
    assert "refuses the connection" in answer.content.decode()
    place.refresh_from_db()
    with pytest.raises(SourceFault) as caught:
        reader().tables(place)
    assert caught.value.reason == "source_refused"


def test_the_tables_of_a_source_and_their_columns(place, source):
    found = {table.name: table for table in reader().tables(place)}
    assert (found["zzdj"].comment, found["zzdj"].primary_key) == ("居住登记", ("a1",))
    shapes = {column.name: column for column in found["people"].columns}
    assert (shapes["id_number"].length, shapes["id_number"].nullable) == (18, False)
    assert (shapes["sex"].length, shapes["income"].length) == (1, 12)
    assert (shapes["case_note"].length, shapes["birth_date"].kind) == (None, "date")
    values = reader().sample(place, found["people"], 10)
    assert {len(column) for column in values.values()} == {10}


def test_values_beyond_the_calendar_do_not_stop_a_look(place, source):
    with source.connect() as link:
        link.execute("ALTER TABLE zzdj ADD COLUMN till date")
        link.execute("UPDATE zzdj SET till = 'infinity'")
    table = next(table for table in reader().tables(place) if table.name == "zzdj")
    values = reader().sample(place, table, 1000)
    assert values["till"] == ()
    assert len(values["a1"]) == ROWS


# --- files ----------------------------------------------------------------------------------

CHANCE = Random(7)  # noqa: S311 - invented data
CSV = "姓名,身份证号,登记日期,备注\n" + "".join(
    f"{columns.person(CHANCE)},11010519491231002X,2024-05-{n % 28 + 1:02d},\n" for n in range(40)
)


def upload(client, name: str, content: bytes):
    return client.post(PROPOSE, {"act": "upload", "file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("kind", ["utf8", "gb18030", "xlsx"])
def test_a_file_becomes_an_entry_without_an_attachment(kind, as_steward, world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    if kind == "xlsx":
        book, stream = openpyxl.Workbook(), BytesIO()
        for line in CSV.splitlines():
            book.active.append(line.split(","))
        book.save(stream)
        page = upload(as_steward, "居住登记.xlsx", stream.getvalue())
    else:
        content = CSV.encode("utf-8-sig" if kind == "utf8" else "gb18030")
        page = upload(as_steward, "居住登记.csv", content)
    assert "40 of 40 values have a valid check digit." in page.content.decode()
    assert "11010519491231002X" not in page.content.decode()
    assert as_steward.post(PROPOSE, sent_back(page)).status_code == 302
    entry = Resource.objects.exclude(pk__in=[world.resource.pk, world.address.pk]).get()
    version = entry.shown_version()
    assert version.title == "居住登记信息"
    assert version.format_types == ["XLSX" if kind == "xlsx" else "CSV"]
    assert list(version.items.values_list("key", "data_type", "grade")) == [
        ("name", "C", 3), ("shen_fen_zheng_hao", "C", 3), ("djrq", "D", 2), ("remark", "C", 2),
    ]  # fmt: skip
    assert not Attachment.objects.filter(resource=entry).exists()
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"%PDF", "This kind of file cannot be read."),
        ("a.csv", b"", "The submitted file is empty."),
        ("a.csv", b"\n\n", "The file has no rows."),
        ("a.xlsx", b"PK\x03\x04broken", "cannot be read"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0old", "old version"),
        ("a.csv", ",".join(f"c{n}" for n in range(201)).encode(), "more than 199 columns"),
    ],
)
def test_files_that_are_no_table_are_refused_with_a_remedy(name, content, words, as_steward):
    answer = upload(as_steward, name, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_only_the_form_of_a_value_is_left():
    assert form_of("2024-05-01") == "0000-00-00"
    assert form_of("苏A12345") == "某x00000"
