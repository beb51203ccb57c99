"""Masks, by table and by property."""

import string

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sharing.protection.grades import choose, suggest
from sharing.protection.masks import MASKS, mask_frame
from sharing.protection.rules import BLANKS, KeepEnds

KEY = b"k" * 32
HIDING = sorted(set(MASKS) - {"none"})


@pytest.mark.parametrize(
    ("name", "clear", "masked"),
    [
        ("none", " as is ", " as is "),
        ("name", "张三", "张*"),
        ("name", "张三丰", "张**"),
        ("name", "欧阳娜娜", "欧阳**"),
        ("name", "欧阳", "欧*"),
        ("name", " 李四 ", "李*"),
        ("name", "阿", "***"),
        ("name", "阿卜杜拉·买买提", "阿*******"),
        ("id_number", "370102199003070011", "370102********0011"),
        ("id_number", "37010219900307001X", "370102********001X"),
        ("id_number", "370102900307001", "***"),
        ("id_number_strict", "370102199003070011", "3****************1"),
        ("id_number_strict", "370102900307001", "3*************1"),
        ("phone", "13812345678", "138****5678"),
        ("phone", "12345678", "***"),
        ("landline", "025-83668821", "025-******21"),
        ("landline", "02583668821", "025******21"),
        ("landline", "(0512)6866882", "(0512)******82"),
        ("landline", "83668821", "******21"),
        ("landline", "110", "***"),
        ("bank", "6222021234567890123", "622202*********0123"),
        ("bank", "12345678901234", "***"),
        ("address", "江苏省南京市玄武区北京东路41号", "江苏省南京市玄武区***"),
        ("address", "南京市玄武区北京东路41号", "南京市玄武区***"),
        ("address", "昆山市玉山镇前进中路5号", "昆山市***"),
        ("address", "江苏省苏州市昆山市玉山镇前进中路5号", "江苏省苏州市昆山市***"),
        ("address", "云南省大理白族自治州下关街5号", "云南省大理白族自治州***"),
        ("address", "内蒙古自治区锡林郭勒盟东乌珠穆沁旗乌里雅斯太1号", "内蒙古自治区锡林郭勒盟东乌珠穆沁旗***"),
        ("address", "幸福小区3栋501", "***"),
        ("address", "北京东路41号", "***"),
        ("address", "江苏省南京市", "***"),
        ("address_street", "昆山市玉山镇前进中路5号", "昆山市玉山镇***"),
        ("address_street", "南京市玄武区梅园新村街道汉府街1号", "南京市玄武区梅园新村街道***"),
        ("email", "zhang.san@example.gov", "z***@example.gov"),
        ("email", "z@example.gov", "***@example.gov"),
        ("email", "@example.gov", "***"),
        ("email", "not an address", "***"),
        ("plate", "苏A12348", "苏A****8"),
        ("plate", "苏AD12348", "苏A*****8"),
        ("plate", "苏A1234", "***"),
        ("birth", "1990-03-07", "1990"),
        ("birth", "19900307", "1990"),
        ("birth", "1990年3月7日", "1990"),
        ("birth", "1990", "***"),
        ("birth", "90-03-07", "***"),
        ("coordinates", "118.796877", "118.79"),
        ("coordinates", "118.796877,32.060255", "118.79,32.06"),
        ("coordinates", "118.79", "***"),
        ("coordinates", "118°47′48″", "***"),
        ("redact", "anything", "***"),
    ],
)  # fmt: skip
def test_table(name, clear, masked):
    assert MASKS[name].value(clear) == masked
    assert column(name, [clear]) == [masked]


def column(name, values, key=KEY):
    frame = pl.DataFrame({"a": pl.Series(values, dtype=pl.String)})
    return mask_frame(frame, {"a": name}, key=key)["a"].to_list()


texts = st.one_of(
    st.text(max_size=30),
    st.text("0123456789Xx-+., ", max_size=30),
    st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{9}[0-9X]", fullmatch=True),
    st.from_regex(r"[a-z.]{1,8}@[a-z]{1,8}\.cn", fullmatch=True),
    st.text("江苏省南京市玄武区县镇乡街道小社园旗盟自治州路1号\n ", max_size=25),
    st.text("欧阳司马张三·", max_size=5),
)


@pytest.mark.parametrize("name", sorted(MASKS))
@given(values=st.lists(st.none() | texts, min_size=1, max_size=20))
@example(values=["\n", "a\n", "1990-03-07\nsecret", " ", "", None])
def test_both_readings_agree(name, values):
    assert column(name, values) == [MASKS[name].value(value, key=KEY) for value in values]


@pytest.mark.parametrize("name", HIDING)
@given(value=texts)
@example(value="张")
@example(value="欧阳")
@example(value="南京市")
@example(value="张\x1f")
@example(value="\u200b张\ufeff")
@example(value="118.79")
def test_masked_never_contains_the_clear_value(name, value):
    clear = value.strip(BLANKS)
    masked = MASKS[name].value(value, key=KEY)
    long_enough = len(clear) > 3 or name != "pseudonym"  # a code may hold "a" by chance
    if clear.strip("*") and long_enough:
        assert clear not in masked


@pytest.mark.parametrize("name", [n for n in HIDING if isinstance(MASKS[n].rule, KeepEnds)])
@given(value=st.text(string.ascii_letters + string.digits, max_size=40))
def test_enough_is_hidden(name, value):
    rule = MASKS[name].rule
    masked = MASKS[name].value(value)
    shown = len(masked.replace("*", ""))
    assert shown in {0, rule.head + rule.tail}
    assert shown == 0 or len(value) - shown >= rule.hidden


@pytest.mark.parametrize("name", HIDING)
@pytest.mark.parametrize(
    "values",
    [
        pl.Series([None, None], dtype=pl.String),
        pl.Series([], dtype=pl.String),
        pl.Series([20240101, None]),
        pl.Series(["2024-01-02", None]).str.to_date(),
        pl.Series(["2024-01-02 03:04:05", None]).str.to_datetime(),
        pl.Series([118.796877, None]),
        pl.Series([True, None]),
    ],
    ids=lambda series: str(series.dtype),
)
def test_any_type_becomes_text_and_nothing_stays_nothing(name, values):
    masked = mask_frame(values.to_frame("a"), {"a": name}, key=KEY)["a"]
    assert masked.dtype == pl.String
    assert masked.is_null().to_list() == values.is_null().to_list()


def test_only_the_columns_named_in_the_order_named():
    frame = pl.DataFrame({"a": ["甲乙"], "secret": ["x"], "n": [1]})
    masked = mask_frame(frame, {"n": "none", "a": "name"})
    assert masked.to_dict(as_series=False) == {"n": [1], "a": ["甲*"]}


def test_blanks_are_all_that_python_and_unicode_call_blank():
    assert all(chr(code) in BLANKS for code in range(0x110000) if chr(code).isspace())


def test_long_values_do_not_tell_their_length():
    assert MASKS["phone"].value("1" * 200) == MASKS["phone"].value("1" * 300)


class TestPseudonyms:
    def test_same_value_same_code_within_a_grant(self):
        values = [f"37010219900307{n % 7:04d}" for n in range(50)]
        codes = column("pseudonym", values)
        assert len(set(codes)) == 7
        assert codes[:7] == codes[7:14]
        assert codes[0] == MASKS["pseudonym"].value(values[0], key=KEY)

    def test_two_grants_cannot_be_joined(self):
        values = [f"{n:018d}" for n in range(1000)]
        assert not set(column("pseudonym", values)) & set(column("pseudonym", values, b"o" * 32))

    def test_letter_case_does_not_matter(self):
        assert len(set(column("pseudonym", ["37010219900307001x", "37010219900307001X"]))) == 1

    def test_is_hmac_sha256(self):
        import hashlib
        import hmac

        for key in (KEY, b"q" * 100):
            expected = hmac.new(key, "甲".encode(), hashlib.sha256).hexdigest()[:32]
            assert MASKS["pseudonym"].value("甲", key=key) == expected

    def test_needs_a_real_key(self):
        with pytest.raises(ValueError, match="32 bytes"):
            MASKS["pseudonym"].value("a", key=b"short")


@pytest.mark.parametrize(
    ("grade", "personal", "declared", "title", "mask"),
    [
        (1, False, "", "企业名称", "none"),
        (2, False, "", "登记日期", "none"),
        (2, True, "", "姓名", "name"),
        (2, True, "none", "姓名", "none"),
        (1, True, "", "备注", "redact"),
        (3, False, "", "开户银行账号", "bank"),
        (3, True, "", "公民身份号码", "id_number"),
        (3, True, "none", "公民身份号码", "id_number"),
        (4, True, "id_number", "公民身份号码", "id_number_strict"),
        (4, True, "id_number_strict", "公民身份号码", "id_number_strict"),
        (3, True, "pseudonym", "公民身份号码", "pseudonym"),
        (4, True, "", "联系电话", "landline"),
        (5, True, "phone", "手机号码", "redact"),
        (5, True, "pseudonym", "手机号码", "pseudonym"),
        (6, False, "pseudonym", "数量", "redact"),
        (2, False, "no such mask", "数量", "redact"),
    ],
)
def test_choose(grade, personal, declared, title, mask):
    assert choose(grade, personal=personal, declared=declared, title=title) == mask


@given(st.integers(1, 6), st.booleans(), st.sampled_from(["", *MASKS]), st.text(max_size=8))
def test_the_mask_chosen_is_strong_enough(grade, personal, declared, title):
    assert (
        MASKS[choose(grade, personal=personal, declared=declared, title=title)].max_grade >= grade
    )


@pytest.mark.parametrize(
    ("title", "mask"),
    [
        ("企业名称", ""), ("姓名", "name"), ("法定代表人", "name"), ("手机号码", "phone"),
        ("联系地址", "address"), ("出生日期", "birth"), ("经度", "coordinates"), ("金额", ""),
        ("org_name", ""), ("id_card", "id_number"), ("EMAIL", "email"), ("车牌号", "plate"),
    ],
)  # fmt: skip
def test_suggest(title, mask):
    assert suggest(title) == mask
