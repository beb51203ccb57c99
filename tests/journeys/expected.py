"""What a delivery must hold: the source's rows under the masks, computed another way."""

import csv
import io

from tests.world import SourceDatabase

PREFIX = "320613100"
"""Hongqiao sub-district."""


def masked_rows(source: SourceDatabase) -> list[dict[str, str]]:
    """Rows of Hongqiao with the fields that tests ask for, masked by hand-written rules."""
    rows = []
    for row in source.people(PREFIX):
        id_number, name, birth_date, region_code = row[0], row[1], row[3], row[6]
        compound = name.startswith("欧阳")
        keep = 2 if compound else 1
        rows.append(
            {
                "公民身份号码": id_number[:6] + "*" * 8 + id_number[-4:],
                "姓名": name[:keep] + "*" * (len(name) - keep),
                "出生日期": str(birth_date.year),
                "居住地区划": region_code,
            }
        )
    return rows


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The rows of a delivered CSV, by their titles."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
