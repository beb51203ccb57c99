"""Columns made by chance, with the truth about each: values of every kind, mixed with mistakes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from catalog.recognition.shapes import ColumnShape
from catalog.recognition.terms import Meaning, Sample
from portal.organisation import uscc
from portal.organisation.demo.people import FIRST, SECOND, SURNAMES
from portal.organisation.divisions import divisions

COUNTIES = [one for one in divisions() if one.level == "county"]
CARDS = ("622202", "621700", "622848", "6217858", "436742")
_OFFICES = (
    "民政局",
    "公安局",
    "纺织有限公司",
    "第一小学",
    "人民医院",
    "建筑工程有限公司",
    "税务局",
)
_SENTENCES = (
    "已按规定办理",
    "材料齐全同意受理",
    "经核实情况属实",
    "需要补充证明材料后再报",
    "无异议",
    "公示期内没有收到反映",
)
_THINGS = (
    "钢材",
    "水泥",
    "教学楼",
    "显微镜",
    "打印机",
    "电动车",
    "会议桌",
    "路由器",
    "发电机",
    "冷藏柜",
    "起重机",
    "消防栓",
)


def id_number(chance: Random) -> str:
    born = date(1940, 1, 1) + timedelta(days=chance.randrange(30_000))
    body = f"{chance.choice(COUNTIES).code}{born:%Y%m%d}{chance.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(char) * weight for char, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def bank_card(chance: Random) -> str:
    body = chance.choice(CARDS)
    body += "".join(str(chance.randrange(10)) for _ in range(18 - len(body)))
    total = 0
    for place, char in enumerate(reversed(body)):
        value = int(char) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"


def code_of_enterprise(chance: Random) -> str:
    body = "".join(chance.choice(uscc.ALPHABET) for _ in range(8))
    return uscc.compose("9", "1", chance.choice(COUNTIES).code, body)


def person(chance: Random) -> str:
    return chance.choice(SURNAMES) + chance.choice(FIRST) + chance.choice((*SECOND, ""))


def address(chance: Random) -> str:
    county = chance.choice(COUNTIES).name
    road = chance.choice(("人民路", "建设大道", "长江路", "新桥镇桥头村", "西园街道花园社区"))
    province = chance.choice(("江苏省南通市", "", "山东省济南市"))
    return f"{province}{county}{road}{chance.randrange(1, 300)}号{chance.choice(('', '3幢201室', '附2号'))}"


def _day(chance: Random) -> date:
    return date(1990, 1, 1) + timedelta(days=chance.randrange(13_000))


def plate(chance: Random) -> str:
    tail = "".join(chance.choice("ABCDEFGHJK0123456789") for _ in range(5))
    return f"{chance.choice('苏浙京粤鲁')}{chance.choice('ABCDE')}{tail}"


def organisation(chance: Random) -> str:
    return f"{chance.choice(COUNTIES).name}{chance.choice(('恒瑞', '新东', '海达', '华安', ''))}{chance.choice(_OFFICES)}"


def thing(chance: Random) -> str:
    return f"{chance.choice(_THINGS)}{chance.choice('甲乙丙丁')}型{chance.randrange(900)}"


def sentence(chance: Random) -> str:
    return "，".join(chance.choice(_SENTENCES) for _ in range(chance.randrange(1, 5))) + "。"


Make = Callable[[Random], str]
KINDS: dict[str, tuple[Meaning, Make, tuple[str, ...]]] = {
    # the truth, a value, names that say so
    "id_number": (Meaning.ID_NUMBER, id_number, ("sfzh", "身份证号", "id_card_no")),
    "uscc": (Meaning.USCC, code_of_enterprise, ("tyshxydm", "统一社会信用代码")),
    "mobile": (
        Meaning.MOBILE,
        lambda c: f"1{c.choice('3578')}{c.randrange(10**9):09d}",
        ("sjhm", "手机号码", "lxdh"),
    ),
    "landline": (
        Meaning.LANDLINE,
        lambda c: f"{c.choice(('0513', '010', '0531'))}-{c.randrange(20_000_000, 89_999_999)}",
        ("办公电话", "tel"),
    ),
    "email": (
        Meaning.EMAIL,
        lambda c: f"u{c.randrange(10**6)}@{c.choice(('js.gov.cn', 'example.com'))}",
        ("email", "电子邮箱"),
    ),
    "bank_card": (Meaning.BANK_CARD, bank_card, ("yhkh", "银行卡号")),
    "plate": (Meaning.PLATE, plate, ("cph", "号牌号码")),
    "name": (Meaning.NAME, person, ("xm", "姓名", "联系人")),
    "address": (Meaning.ADDRESS, address, ("dz", "居住地址")),
    "coordinates": (
        Meaning.COORDINATES,
        lambda c: f"{118 + c.random() * 3:.6f}",
        ("longitude", "经度"),
    ),
    "region_code": (
        Meaning.REGION_CODE,
        lambda c: c.choice(COUNTIES).code + c.choice(("", "001")),
        ("xzqh", "行政区划代码"),
    ),
    "postcode": (Meaning.POSTCODE, lambda c: f"{c.choice(('21', '22', '25'))}{c.randrange(9999):04d}", ("邮政编码", "yzbm")),
    "date": (Meaning.DATE, lambda c: f"{_day(c):%Y-%m-%d}", ("djrq", "登记日期")),
    "compact_date": (Meaning.DATE, lambda c: f"{_day(c):%Y%m%d}", ("fzrq", "发证日期")),
    "written_date": (Meaning.DATE, lambda c: f"{_day(c).year}年{_day(c).month}月3日", ("日期",)),
    "birth_date": (Meaning.BIRTH_DATE, lambda c: f"{_day(c):%Y/%m/%d}", ("csrq", "出生日期")),
    "datetime": (
        Meaning.DATETIME,
        lambda c: f"{datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=c.randrange(2 * 10**6)):%Y-%m-%d %H:%M:%S}",
        ("gxsj", "更新时间"),
    ),
    "money": (Meaning.MONEY, lambda c: f"{c.random() * 9000:.2f}", ("je", "金额", "补贴标准")),
    "boolean": (Meaning.BOOLEAN, lambda c: c.choice("是否"), ("sfyx", "是否有效")),
    "code": (Meaning.CODE, lambda c: c.choice(("01", "02", "03", "09", "99")), ("lx", "类型代码")),
    "word_code": (Meaning.CODE, lambda c: c.choice(("高中", "大专", "本科", "初中")), ("xl", "学历")),
    # what looks like something else
    "organisation": (Meaning.TEXT, organisation, ("dwmc", "单位名称")),
    "thing": (Meaning.TEXT, thing, ("mc", "设备名称")),
    "sentence": (Meaning.TEXT, sentence, ("bz", "备注")),
    "six_digits": (Meaning.INTEGER, lambda c: f"{c.randrange(100_000, 999_999)}", ("sl", "数量")),
    "eight_digits": (Meaning.INTEGER, lambda c: f"{c.randrange(10_000_000, 99_999_999)}", ("bh",)),
    "eleven_digits": (Meaning.INTEGER, lambda c: f"{c.randrange(10**10, 10**11)}", ("lsh", "流水号")),
    "eighteen_digits": (Meaning.INTEGER, lambda c: f"{c.randrange(10**17, 10**18)}", ("ywlsh", "业务流水")),
    "area": (Meaning.NUMBER, lambda c: f"{40 + c.random() * 300:.2f}", ("mj", "面积")),
    "measure": (Meaning.NUMBER, lambda c: f"{c.random() * 500:.5f}", ("value", "监测值")),
    "case_number": (Meaning.TEXT, lambda c: f"苏（2024）第{c.randrange(10**6):06d}号", ("ajbh", "案件编号")),
    "vin": (Meaning.TEXT, lambda c: "LDM" + "".join(c.choice("ABCDEFGH0123456789") for _ in range(14)), ("clsbdh",)),
}  # fmt: skip
NOT_KNOWN_ALONE = {Meaning.POSTCODE, Meaning.MONEY, Meaning.BIRTH_DATE}
"""Kinds that need a name that says so: their values look like any other number or date."""
MISLEADING = ("身份证号", "sfzh", "手机号码", "银行卡号", "统一社会信用代码", "电子邮箱")
MEANINGLESS = ("a1", "zd3", "col_07", "f_12", "field9")
MISTAKES = ("", "无", "不详", "/", "0", "待补", "见附件", "－", "123")


@dataclass(frozen=True)
class Made:
    """A column with what it truly holds."""

    kind: str
    truth: Meaning
    sample: Sample
    named: str


def made(seed: int, each: int) -> Iterator[Made]:
    """``each`` columns of every kind: named rightly, not at all, or wrongly; 0 to 15 % mistakes."""
    chance = Random(seed)  # noqa: S311 - invented data
    for kind, (truth, value, names) in KINDS.items():
        for number in range(each):
            named = ("right", "none", "wrong")[number % 3]
            if truth in NOT_KNOWN_ALONE:
                named = "right"
            pool = {"right": names, "none": MEANINGLESS, "wrong": MISLEADING}[named]
            name = chance.choice(pool)
            if named == "wrong" and name in names:
                name = "身份证号" if kind != "id_number" else "邮政编码"
            wrong = chance.choice((0, 0, 0.02, 0.05, 0.1, 0.15))
            if truth in {Meaning.BOOLEAN, Meaning.INTEGER, Meaning.NUMBER}:
                wrong = min(wrong, 0.02)
            values = tuple(
                _mistaken(chance, value) if chance.random() < wrong else value(chance)
                for _ in range(chance.choice((60, 200, 500)))
            )
            yield Made(kind, truth, Sample(ColumnShape(name), values), named)


def _mistaken(chance: Random, value: Make) -> str:
    """Nothing, a filler, a digit wrong, blanks around, full-width letters."""
    text = value(chance)
    how = chance.randrange(4)
    if how == 0:
        return chance.choice(MISTAKES)
    if how == 1:
        return text[:-1] + chance.choice("0123456789")
    if how == 2:
        return f" {text}　"
    return text.lower()
