"""A made-up source and a pull of it, shared by the tests of whole attempts."""

from datetime import UTC, datetime

from sharing.connectors.base import Kind, RegionPrefix
from sharing.protection.manifest import FACTS
from sharing.protection.signing import Signer
from sharing.pulls.pipeline import run_pull
from sharing.pulls.spec import FieldSpec, PullSpec

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SIGNER = Signer.from_seed("s" * 40)
KEY = b"k" * 32
ROWS = 5000
PEOPLE = f"""
    CREATE TABLE people AS
    SELECT i AS id, '32010219900307' || lpad(i::text, 4, '0') AS id_number,
           CASE WHEN i % 10 = 0 THEN NULL ELSE '张' || i END AS name,
           '138' || lpad(i::text, 8, '0') AS phone,
           CASE WHEN i = 7 THEN '=1+1' ELSE '备注' || i END AS remark,
           (i / 3.0)::numeric(12, 4) AS amount, date '1990-01-01' + i AS born,
           CASE WHEN i % 2 = 0 THEN '320102' ELSE '320583' END AS region_code,
           timestamptz '2026-11-01 00:00+00' + i * interval '1 minute' AS updated_at
      FROM generate_series(1, {ROWS}) i"""  # noqa: S608 - a number of ours
FIELDS = (
    FieldSpec("person_name", "姓名", "name", length=20, required=True, mask="name"),
    FieldSpec("id_number", "身份证号", "id_number", check="id_number", mask="id_number"),
    FieldSpec("code", "人员代码", "id_number", mask="pseudonym"),
    FieldSpec("phone", "手机", "phone", mask="phone"),
    FieldSpec("remark", "备注", "remark"),
    FieldSpec("amount", "金额", "amount", "Y", kind=Kind.DECIMAL),
    FieldSpec("born", "出生日期", "born", "D", kind=Kind.DATE),
)
SPEC = PullSpec(
    pull_id="0a1b2c3d",
    token=2,
    schema="public",
    table="people",
    fields=FIELDS,
    facts={name: {} for name in FACTS} | {"grant": {"number": "SQ-2026-1"}, "purpose": "核验"},
    key=("id",),
    region=RegionPrefix("region_code", ("3205",)),
    changed_column="updated_at",
    pseudonym_key=KEY,
    batch_rows=500,
)


def pull(connector, tmp_path, *, spec=SPEC, on_batch=lambda _: None):
    return run_pull(spec, connector, tmp_path, on_batch, lambda: NOW, SIGNER)


def left_over(tmp_path):
    return sorted(path.name for path in (tmp_path / "staging").iterdir())
