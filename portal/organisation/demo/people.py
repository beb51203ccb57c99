"""Invented people: names put together by chance from common characters."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.organisation.demo.chance import Chance
from portal.organisation.sorting import sort_key

_SHORT_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
    "魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎"
    "易常武乔贺赖龚文施洪季殷严翁"
)
SURNAMES = (*_SHORT_SURNAMES, "欧阳", "诸葛", "上官", "司徒")
FIRST = (
    "子雨思嘉文俊晓海志明永玉春秋云若梦一天可书亦欣佳心宇浩泽景承知予安瑞星语清以向叶南青木禾舒望"
)
SECOND = "涵轩怡萱瑶琪然辰阳妍彤琳宁洋帆航博远达源平和岚霖溪桐舟川山岩峰松柏竹兰菊荷莲芷若蕊晴雪月"


@dataclass(frozen=True, slots=True)
class Name:
    """A Chinese name and its pinyin, by which lists are sorted."""

    full: str
    sort_key: str


def names(chance: Chance) -> Iterator[Name]:
    """Yield invented names without end; about one in eight has a single given character."""
    while True:
        given = chance.pick(FIRST) + (chance.pick(SECOND) if chance.among(8) else "")
        full = chance.pick(SURNAMES) + given
        yield Name(full, sort_key(full))
