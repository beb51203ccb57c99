"""The cases of the story: what the people with easy user names find when they sign in."""

from collections.abc import Iterator

from catalog.demo import Catalog
from portal.organisation.demo import PROVINCE, TOWNSHIP, Key, Organisation
from portal.organisation.models import Role
from sharing.demo.asides import Aside
from sharing.demo.matters import baskets
from sharing.demo.scripts import Afterwards, Ending, Matter, Script

HONGQIAO: Key = (TOWNSHIP, "320613005")
FIRST_SUBJECT = "常住人口信息"
"""What the story's clerk is going to apply for."""
_CHENGDONG: Key = (TOWNSHIP, "320613001")
_NANTONG, _CHONGCHUAN = ("data", "320600"), ("data", "320613")
_POLICE, _CIVIL, _LABOUR = ("police", PROVINCE), ("civil", PROVINCE), ("labour", PROVINCE)
_LAND, _HEALTH, _MARKET = ("land", PROVINCE), ("health", PROVINCE), ("market", PROVINCE)
_REVIEWER, _HEAD, _STEWARD = Role.AUTHORITY_REVIEWER, Role.SHARING_OFFICE_HEAD, Role.STEWARD


def _matter(subject: str, basis: str, scenario: str, scope: str, *, reflux: bool = False) -> Matter:
    return Matter("", "", "", subject, reflux, basis, scenario, scope)


_ASSISTANCE = (
    "《最低生活保障审核确认办法》第十八条",
    "最低生活保障审核确认",
    "街道民政岗位2人，在办公内网使用",
)


def _of_hongqiao() -> Iterator[Script]:
    """The clerk's own applications, one in nearly every state."""
    marriages = _matter("居民婚姻登记信息", *_ASSISTANCE)
    yield Script(HONGQIAO, _CIVIL, marriages, ago=48, afterwards=Afterwards.PULL)
    insured = _matter(
        "社会保险参保信息", "《政务数据共享条例》第二十四条", "参保动员和社会救助：回流本街道参保数据",
        "街道便民服务中心3人", reflux=True,
    )  # fmt: skip
    yield Script(HONGQIAO, _LABOUR, insured, ago=40, afterwards=Afterwards.PULL, days=720)
    cards = _matter(
        "残疾人证基本信息", "《残疾人保障法》第四十八条", "残疾人两项补贴发放前核对",
        "街道残联专职委员1人",
    )  # fmt: skip
    yield Script(
        HONGQIAO, ("disabled", PROVINCE), cards, ago=90, afterwards=Afterwards.PULL, days=150
    )
    vehicles = _matter("机动车登记信息", *_ASSISTANCE)
    yield Script(HONGQIAO, _POLICE, vehicles, ago=60, afterwards=Afterwards.SUSPENSION)
    deaths = _matter(
        "死亡人口信息", "《社会救助暂行办法》第十三条", "待遇领取资格核对", "街道民政和社保岗位4人"
    )
    yield Script(HONGQIAO, _HEALTH, deaths, ago=80, afterwards=Afterwards.PULL)
    property_ = _matter("不动产登记信息", *_ASSISTANCE)
    yield Script(HONGQIAO, _LAND, property_, ago=11, ending=Ending.UNANSWERED_SUPPLEMENT)
    reports = _matter(
        "企业年度报告信息", "《中小企业促进法》第六条", "楼宇经济底数调查", "街道经济发展办"
    )
    yield Script(HONGQIAO, _MARKET, reports, ago=30, ending=Ending.REFUSAL)
    licences = _matter(
        "食品经营许可信息", "《食品安全法》第六条", "小餐饮巡查", "街道综合执法局6人"
    )
    yield Script(HONGQIAO, _MARKET, licences, ago=85, days=60)
    permits = _matter("居住证信息", "《居住证暂行条例》第四条", "流动人口服务", "街道网格中心3人")
    yield Script(HONGQIAO, _POLICE, permits, ago=22, ending=Ending.WITHDRAWAL)
    pupils = _matter(
        "学生学籍信息", "《未成年人保护法》第二十九条", "困境儿童关爱", "街道民政岗位2人"
    )
    yield Script(HONGQIAO, ("education", PROVINCE), pupils, ago=2, ending=Ending.DRAFT)


def _waiting_for_hongqiao() -> Iterator[Script]:
    """The clerk's applications that lie with somebody of the story."""
    unemployed = _matter(
        "失业登记信息", "《就业促进法》第五十二条", "就业帮扶", "街道劳动保障所2人"
    )
    yield Script(HONGQIAO, _LABOUR, unemployed, ago=1, hold=(HONGQIAO, _HEAD), aside=Aside.REMINDER)
    tenants = _matter("公共租赁住房保障家庭信息", *_ASSISTANCE)
    yield Script(
        HONGQIAO,
        ("housing", "320600"),
        tenants,
        ago=2,
        hold=(_CHONGCHUAN, _REVIEWER),
        aside=Aside.CONSULTATION,
    )
    helped = _matter("临时救助信息", *_ASSISTANCE)
    yield Script(HONGQIAO, _CIVIL, helped, ago=2, hold=(_NANTONG, _REVIEWER))
    allowances = _matter("最低生活保障对象信息", *_ASSISTANCE)
    yield Script(HONGQIAO, _CIVIL, allowances, ago=6, hold=(_CIVIL, _HEAD))
    moved = _matter("户籍人口迁移信息", *_ASSISTANCE)
    yield Script(HONGQIAO, _POLICE, moved, ago=4, hold=(_POLICE, _STEWARD), aside=Aside.EXTENSION)


_SCHOOL = (
    "《中华人民共和国义务教育法》第十二条",
    "义务教育入学资格核对",
    "教育局基础教育科，招生期间使用",
)
_HOUSING = (
    "《公共租赁住房管理办法》第七条",
    "公共租赁住房保障资格审核",
    "住房保障中心，审核系统使用",
)


def _of_others() -> Iterator[Script]:
    """Applications of other departments that lie with somebody of the story."""
    people, property_ = _matter("常住人口信息", *_SCHOOL), _matter("不动产登记信息", *_SCHOOL)
    vehicles = _matter(
        "机动车登记信息", "《最低生活保障审核确认办法》第十八条", "家庭车辆核对", "核对中心"
    )
    marriages, insured = (
        _matter("居民婚姻登记信息", *_HOUSING),
        _matter("社会保险参保信息", *_HOUSING),
    )
    reflux = _matter(
        "常住人口信息", "《政务数据共享条例》第二十四条", "基层治理“一表通”：回流本区人口数据",
        "区数据局公共数据平台", reflux=True,
    )  # fmt: skip
    province = (("data", PROVINCE), _REVIEWER)
    yield Script(("education", "320613"), _LAND, property_, ago=2, hold=(_CHONGCHUAN, _REVIEWER))
    yield Script(_CHENGDONG, _CIVIL, marriages, ago=2, hold=(_CHONGCHUAN, _REVIEWER))
    yield Script(("housing", "320613"), _LABOUR, insured, ago=3, hold=(_NANTONG, _REVIEWER))
    yield Script(("housing", "320600"), _CIVIL, marriages, ago=2, hold=(_NANTONG, _REVIEWER))
    yield Script(("education", "320613"), _POLICE, people, ago=4, hold=province)
    yield Script(("housing", "320500"), _LAND, property_, ago=3, hold=province)
    yield Script(("labour", "320600"), _POLICE, people, ago=3, hold=province)
    yield Script(
        ("civil", "320600"),
        _POLICE,
        vehicles,
        ago=5,
        hold=(_POLICE, _STEWARD),
    )
    yield Script(("data", "320508"), _POLICE, reflux, ago=3, hold=(_POLICE, _STEWARD))
    yield Script(("transport", "320900"), _POLICE, vehicles, ago=26, hold=(_POLICE, _STEWARD))
    yield Script(("education", "320500"), _POLICE, people, ago=6, hold=(_POLICE, _HEAD))
    yield Script(
        ("disabled", "320400"), _POLICE, people, ago=5, hold=(_POLICE, _HEAD),
        aside=Aside.DELEGATION,
    )  # fmt: skip
    yield Script(
        _CIVIL, _POLICE, vehicles, ago=6, hold=(_POLICE, Role.DEPARTMENT_HEAD),
        extra_fields=("last_passage",),
    )  # fmt: skip
    yield Script(("medical", "320600"), _CIVIL, marriages, ago=5, hold=(_CIVIL, _HEAD))
    # left lying for too long: reminded of, supervised, entered as violations
    yield Script(("medical", "320600"), _POLICE, people, ago=18, hold=(_POLICE, _HEAD))
    yield Script(("education", "320500"), _CIVIL, marriages, ago=21, hold=(_CIVIL, _HEAD))
    yield Script(("disabled", "320400"), _CIVIL, marriages, ago=9, hold=(_NANTONG, _REVIEWER))
    yield Script(_CHENGDONG, _LABOUR, insured, ago=8, hold=(_CHONGCHUAN, _REVIEWER))


def story(made: Organisation, catalog: Catalog) -> list[Script]:
    """The cases of the story whose departments and entries the province has."""
    return [
        script
        for script in (*_of_hongqiao(), *_waiting_for_hongqiao(), *_of_others(), *baskets())
        if script.demander in made.departments
        and (*script.provider, script.matter.subject) in catalog.entries
    ]
