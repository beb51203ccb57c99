"""Words by which names and values are known: surnames, provinces, what columns are called."""

import re
from typing import Final

SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "施洪季殷严翁施陶樊安倪颜温芦卞柳葛祁霍牛俞章梅盛童符路凌齐左岳庞焦关辛耿欧管聂游包裴申骆欧冉房巩苗解"
    "庄鲁韦甘纪舒屈项祝窦闫柯费时谷盖鲍毕单司练仇卓桂华喻占褚尚官蒲邢仲宁车桑伍戚宗臧柏水穆席麻岑惠狄米"
    "成冷初匡权商昌冀娄应全苟连海封糜来慕刁宫吉滕池曲涂丛付肖岩迟代台计宿阳隋敖党满邸邬栾荆查简瞿鞠"
)
"""Single characters that begin more than 98 of 100 Chinese names."""
COMPOUND_SURNAMES: Final = frozenset(
    ("欧阳", "上官", "司马", "东方", "诸葛", "司徒", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文",
     "长孙", "夏侯", "轩辕", "端木", "南宫", "独孤", "赫连", "呼延", "百里", "拓跋", "申屠", "太史",
     "闻人", "钟离", "澹台", "淳于", "濮阳", "闾丘", "司空", "鲜于", "万俟", "乐正")
)  # fmt: skip
NOT_IN_NAMES: Final = re.compile(
    "[省市县区镇乡村街路号室局厅院所处科委部会司厂店站校园矿库港桥楼栋幢层的与和或及元个类型级]|"
    "办公|中心|系统|信息|登记|管理|证明|许可"
)
"""What institutions, places and words of forms have, and names of people next to never."""
PROVINCES: Final = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
    ]
)
"""First two digits of region codes (GB/T 2260)."""
POSTAL: Final = frozenset(
    [
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "07",
        "10",
        "11",
        "12",
        "13",
        "15",
        "16",
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
        "26",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "40",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "47",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "67",
        "71",
        "72",
        "73",
        "74",
        "75",
        "81",
        "83",
        "84",
        "85",
        "86",
    ]
)
"""First two digits of postcodes in use."""

# Hints: the meaning that a name or comment speaks of. The order counts: the special before the general.
HINTS: Final[tuple[tuple[str, str], ...]] = (
    ("id_number", r"身份证|身份号码|公民身份|证件号|sfzh|sfzhm|gmsfhm|zjhm|id_?card|id_?number|id_?no\b"),
    ("uscc", r"统一社会信用代码|信用代码|tyshxydm|xydm|uscc"),
    ("email", r"邮箱|电子邮件|e-?mail|dzyx"),
    ("bank_card", r"银行.*(账|帐|卡)|银行卡|卡号|开户账号|yhkh|yhzh|bank_?(card|account)"),
    ("postcode", r"邮编|邮政编码|\byzbm\b|post_?code|zip"),
    ("mobile", r"手机|移动电话|\bsjh|sjhm|mobile|cell_?phone"),
    ("landline", r"座机|固定电话|电话|传真|\bdhhm|lxdh|telephone|\btel\b|phone|fax"),
    ("plate", r"车牌|号牌|\bcph|hphm|plate"),
    ("birth_date", r"出生(日期|年月|时间)?$|出生日期|生日|csrq|csny|birth"),
    ("coordinates", r"经度|纬度|坐标|longitude|latitude|\blng\b|\blon\b|\blat\b|coordinate"),
    ("region_code", r"区划|行政区|xzqh|xzqdm|region_?code|area_?code|division_?code"),
    ("address", r"地址|住址|住所|坐落|\bdz$|xzz|hjdz|address|addr\b"),
    ("name", r"姓名|法定代表人|联系人|负责人|经办人|户主$|\bxm$|person_?name|full_?name|^name$"),
    ("boolean", r"^是否|标志$|标识$|^sf[a-z]|^is_|_flag$|^has_"),
    ("datetime", r"时间$|gxsj|cjsj|_at$|timestamp"),
    ("date", r"日期$|\w+rq$|_date$|_on$"),
    ("money", (r"金额|收入|价格|单价|费用|余额|工资|薪|税额|资金|投资|补贴|年薪|\(元\)|（元）|万元|"
              r"amount|price|\bfee\b|salary|income|balance|je$")),
)  # fmt: skip
TECHNICAL: Final = re.compile(
    r"^(id|row_?(id|no)|xh|seq\w*|uuid|pk|rowid|序号|编号|主键)$|更新时间|创建时间|入库时间|"
    r"updated|created|modified|gxsj|cjsj|rksj|行政区划|区划代码|xzqh|region|etl|batch",
    re.IGNORECASE,
)
"""Columns that say something of the row and nothing of the person in it."""
CHANGED: Final = re.compile(
    r"更新时间|修改时间|变更时间|updated|modified|gxsj|xgsj|bgsj", re.IGNORECASE
)
"""Columns that say when a row changed."""

WHOLE: Final = {
    "sfzh": "公民身份号码", "sfzhm": "公民身份号码", "gmsfhm": "公民身份号码", "zjhm": "证件号码",
    "zjlx": "证件类型", "xm": "姓名", "xb": "性别", "mz": "民族", "csrq": "出生日期", "nl": "年龄",
    "lxdh": "联系电话", "sjh": "手机号码", "sjhm": "手机号码", "dh": "电话", "dz": "地址",
    "xzz": "现住址", "hjdz": "户籍地址", "jtzz": "家庭住址", "xl": "学历", "hyzk": "婚姻状况",
    "xzqh": "行政区划代码", "xzqhdm": "行政区划代码", "tyshxydm": "统一社会信用代码",
    "qymc": "企业名称", "dwmc": "单位名称", "jgmc": "机构名称", "fddbr": "法定代表人",
    "djrq": "登记日期", "djlx": "登记类型", "djjg": "登记机关", "fzrq": "发证日期",
    "yxqq": "有效期起", "yxqz": "有效期止", "bz": "备注", "zt": "状态", "gxsj": "更新时间",
    "cjsj": "创建时间", "rksj": "入库时间", "je": "金额", "cph": "车牌号", "hphm": "号牌号码",
    "jd": "经度", "wd": "纬度", "yb": "邮政编码", "yzbm": "邮政编码", "dzyx": "电子邮箱",
    "yhkh": "银行卡号", "yhzh": "银行账号", "khyh": "开户银行", "hkszd": "户口所在地",
    "jzdz": "居住地址", "jzrq": "居住日期", "ajbh": "案件编号", "bh": "编号", "xh": "序号",
    "mc": "名称", "lx": "类型", "sl": "数量", "rq": "日期", "sj": "时间", "uscc": "统一社会信用代码",
    "idcard": "公民身份号码", "id_card": "公民身份号码", "id_number": "公民身份号码",
    "name": "姓名", "sex": "性别", "gender": "性别", "nation": "民族", "birth_date": "出生日期",
    "birthday": "出生日期", "phone": "联系电话", "mobile": "手机号码", "address": "地址",
    "email": "电子邮箱", "region_code": "行政区划代码", "updated_at": "更新时间",
    "created_at": "创建时间", "remark": "备注", "status": "状态", "id": "编号",
}  # fmt: skip
"""What whole names of columns mean: initials of the usual terms, and English words. The other way
round, the last name of a term is the key of an item that has only a Chinese name."""
PARTS: Final = {
    "id": "编号", "no": "编号", "number": "号码", "code": "代码", "name": "名称", "type": "类型",
    "kind": "种类", "status": "状态", "state": "状态", "date": "日期", "time": "时间", "at": "时间",
    "on": "日期", "amount": "金额", "price": "价格", "fee": "费用", "income": "收入",
    "address": "地址", "phone": "电话", "mobile": "手机", "email": "邮箱", "region": "区划",
    "department": "部门", "org": "机构", "organisation": "机构", "organization": "机构",
    "enterprise": "企业", "company": "企业", "licence": "许可证", "license": "许可证",
    "valid": "有效", "from": "起始", "until": "截止", "issue": "签发", "issued": "签发",
    "issuing": "签发", "channel": "渠道", "registered": "登记", "register": "登记",
    "household": "户", "relation": "关系", "birth": "出生", "death": "死亡", "vehicle": "车辆",
    "plate": "号牌", "brand": "品牌", "level": "等级", "grade": "等级", "count": "数量",
    "total": "合计", "start": "开始", "end": "结束", "begin": "开始", "user": "用户",
    "person": "人员", "contact": "联系人", "update": "更新", "updated": "更新", "create": "创建",
    "created": "创建", "family": "家庭", "members": "成员数", "school": "学校", "project": "项目",
    "bank": "银行", "account": "账户", "card": "卡", "tax": "税", "year": "年份", "month": "月份",
    "renewed": "换证", "legal": "法定", "remark": "备注", "note": "备注", "reason": "原因",
}  # fmt: skip
"""What the parts of English names mean."""
