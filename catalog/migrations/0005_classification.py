"""Classes of the 2017 Guide (政务信息资源目录编制指南, 发改高技术〔2017〕1272号).

The names are the Guide's. The annexes with the codes of 项 and 目 are not published together with
it, so the codes below number the names in the Guide's order and are marked provisional; each 项
gets one 目 "001" that takes entries until the jurisdiction loads its own tree.
"""

from django.db import migrations

CLASSES = {
    ("1", "基础信息资源", "Basic information resources"): [
        ("人口信息", "Population"),
        ("法人单位信息", "Legal entities"),
        ("自然资源和空间地理信息", "Natural resources and geography"),
        ("社会信用信息", "Social credit"),
        ("电子证照信息", "Electronic certificates and licences"),
    ],
    ("2", "主题信息资源", "Thematic information resources"): [
        ("公共服务", "Public services"),
        ("健康保障", "Health"),
        ("社会保障", "Social security"),
        ("食品药品安全", "Food and drug safety"),
        ("安全生产", "Work safety"),
        ("价格监管", "Price supervision"),
        ("能源安全", "Energy security"),
        ("信用体系", "Credit system"),
        ("城乡建设", "Urban and rural construction"),
        ("社区治理", "Community governance"),
        ("生态环保", "Environmental protection"),
        ("应急维稳", "Emergencies and stability"),
    ],
    ("3", "部门信息资源", "Departmental information resources"): [
        ("党中央", "Central Committee of the Party"),
        ("全国人大常委会", "Standing Committee of the National People's Congress"),
        ("国务院", "State Council"),
        ("全国政协", "National Committee of the CPPCC"),
        ("最高人民法院", "Supreme People's Court"),
        ("最高人民检察院", "Supreme People's Procuratorate"),
        ("省级及以下政务部门", "Departments of provinces and below"),
        ("计划单列市及以下政务部门", "Departments of separately planned cities and below"),
    ],
}
GROUP = ("未细分", "Not divided further")


def load(apps, schema_editor):
    del schema_editor
    Classification = apps.get_model("catalog", "Classification")
    for (code, name, name_en), divisions in CLASSES.items():
        top, _ = Classification.objects.get_or_create(
            code=code, defaults={"name": name, "name_en": name_en, "level": "class"}
        )
        for number, (title, title_en) in enumerate(divisions, start=1):
            division, _ = Classification.objects.get_or_create(
                code=f"{code}{number:02d}",
                defaults={
                    "name": title,
                    "name_en": title_en,
                    "level": "division",
                    "parent": top,
                    "provisional": True,
                },
            )
            Classification.objects.get_or_create(
                code=f"{code}{number:02d}001",
                defaults={
                    "name": f"{title}（{GROUP[0]}）",
                    "name_en": f"{title_en} ({GROUP[1].lower()})",
                    "level": "group",
                    "parent": division,
                    "provisional": True,
                },
            )


def unload(apps, schema_editor):
    del schema_editor
    Classification = apps.get_model("catalog", "Classification")
    unused = Classification.objects.filter(provisional=True, versions__isnull=True)
    unused.filter(level="group").delete()
    unused.filter(level="division", children__isnull=True).delete()
    Classification.objects.filter(level="class", children__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_imported_entries")]

    operations = [migrations.RunPython(load, unload)]
