"""Search that finds what people mean: synonyms, use, freshness, saved and followed.

The synonyms are a start set of the project's own choosing: names in daily use beside the official
ones. The authority goes on from there.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SYNONYMS = [
    # works one way, words
    (False, "低保 最低生活保障"),
    (False, "特困人员 特困供养人员 五保户 五保供养"),
    (False, "身份证号 身份证号码 公民身份号码 居民身份证号码"),
    (False, "身份证 居民身份证 公民身份号码"),
    (False, "社会保障卡 社保卡"),
    (False, "统一社会信用代码 信用代码"),
    (False, "组织机构代码 机构代码"),
    (False, "医疗保险 医保"),
    (False, "职工医保 职工基本医疗保险"),
    (False, "居民医保 城乡居民基本医疗保险"),
    (False, "新农合 新型农村合作医疗"),
    (False, "公积金 住房公积金"),
    (False, "户口本 户口簿 居民户口簿"),
    (False, "户籍 户口"),
    (False, "房产证 不动产权证 不动产权证书 不动产登记证"),
    (True, "不动产 房产"),
    (False, "公租房 公共租赁住房"),
    (False, "廉租房 廉租住房"),
    (False, "经适房 经济适用房 经济适用住房"),
    (False, "结婚证 结婚登记"),
    (False, "离婚证 离婚登记"),
    (False, "出生证 出生医学证明"),
    (False, "驾照 驾驶证 机动车驾驶证"),
    (False, "行驶证 机动车行驶证"),
    (False, "残疾证 残疾人证"),
    (False, "老赖 失信被执行人"),
    (False, "黑名单 失信名单 严重失信主体"),
    (True, "双公示 行政许可 行政处罚"),
    (False, "食药监 食品药品监督管理"),
    (True, "工商 市场监管"),
    (False, "人社 人力资源和社会保障 人力资源社会保障"),
    (False, "卫健委 卫生健康委员会 卫生健康委"),
    (False, "发改委 发展和改革委员会 发展改革委"),
    (False, "住建局 住房和城乡建设局"),
    (False, "住建厅 住房和城乡建设厅"),
    (False, "地税 国税 税务"),
    (False, "环保 环境保护 生态环境"),
    (True, "安监 安全生产监督 应急管理"),
    (False, "幼儿园 学前教育机构"),
    (False, "义务教育 九年制义务教育"),
    (False, "gdp 地区生产总值 国内生产总值"),
    (False, "pm2.5 细颗粒物"),
    (False, "个体户 个体工商户"),
    (False, "营业执照 法人登记 企业登记"),
    (False, "社保 社会保险"),
    (True, "社会保险 养老保险 医疗保险 失业保险 工伤保险 生育保险"),
    (False, "农民工 进城务工人员 外来务工人员"),
    (False, "留守儿童 农村留守儿童"),
    (False, "退役军人 退伍军人 复员军人"),
    (False, "核酸 核酸检测"),
    (False, "公交 公共交通 公共汽车"),
]

FILL = """
UPDATE catalog_resourcesearch AS row SET
  sharing_modes = version.sharing_modes,
  classification_code = coalesce(classification.code, ''),
  fresh_until = version.source_updated_on + CASE version.update_cycle
    WHEN 'realtime' THEN 0 WHEN 'daily' THEN 1 WHEN 'weekly' THEN 7 WHEN 'monthly' THEN 31
    WHEN 'quarterly' THEN 92 WHEN 'half_yearly' THEN 184 WHEN 'yearly' THEN 366 END
FROM catalog_resourceversion AS version
LEFT JOIN catalog_classification AS classification ON classification.id = version.classification_id
WHERE version.id = row.version_id
"""


def load(apps, schema_editor):
    del schema_editor
    SynonymGroup = apps.get_model("catalog", "SynonymGroup")
    SynonymGroup.objects.bulk_create(
        SynonymGroup(words=words.split(), one_way=one_way) for one_way, words in SYNONYMS
    )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_publication_review"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FollowedEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        help_text="Of the entry, as the official knows it.", max_length=10
                    ),
                ),
                ("checked_at", models.DateTimeField(editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
            ],
            options={
                "verbose_name": "followed entry",
                "verbose_name_plural": "followed entries",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ResourceUse",
            fields=[
                (
                    "resource",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="use",
                        serialize=False,
                        to="catalog.resource",
                    ),
                ),
                ("number", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "use of an entry",
                "verbose_name_plural": "use of entries",
            },
        ),
        migrations.CreateModel(
            name="SavedHit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "hit of a saved search",
                "verbose_name_plural": "hits of saved searches",
            },
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=200, verbose_name="words")),
                (
                    "filters",
                    models.JSONField(
                        default=dict, help_text="Lists of values by name.", verbose_name="filters"
                    ),
                ),
                ("followed", models.BooleanField(default=False, verbose_name="followed")),
                ("checked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
            ],
            options={
                "verbose_name": "saved search",
                "verbose_name_plural": "saved searches",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="SynonymGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), size=12, verbose_name="words"
                    ),
                ),
                (
                    "one_way",
                    models.BooleanField(
                        default=False,
                        help_text="A search for the first word finds the others, but not the other way round.",
                        verbose_name="one way",
                    ),
                ),
                (
                    "active",
                    models.BooleanField(
                        default=True,
                        help_text="Searches ask this group; takes effect at once.",
                        verbose_name="in use",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="Why, or where the words come from.",
                        max_length=200,
                        verbose_name="note",
                    ),
                ),
            ],
            options={
                "verbose_name": "synonyms",
                "verbose_name_plural": "synonyms",
                "ordering": ["words"],
            },
        ),
        migrations.AddField(
            model_name="resourcesearch",
            name="classification_code",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="resourcesearch",
            name="fresh_until",
            field=models.DateField(
                help_text="Last day on which the data is as new as its cycle promises; empty if unknown.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="resourcesearch",
            name="sharing_modes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=6), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="resourcesearch",
            name="used",
            field=models.PositiveIntegerField(default=0, help_text="As in ResourceUse."),
        ),
        migrations.AddIndex(
            model_name="resourcesearch",
            index=models.Index(
                fields=["-used", "-updated_at", "-resource"], name="catalog_search_most_used"
            ),
        ),
        migrations.AddField(
            model_name="followedentry",
            name="official",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="followed_entries",
                to=settings.AUTH_USER_MODEL,
                verbose_name="official",
            ),
        ),
        migrations.AddField(
            model_name="followedentry",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="followers",
                to="catalog.resource",
                verbose_name="data resource",
            ),
        ),
        migrations.AddField(
            model_name="followedentry",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="catalog.resourceversion",
            ),
        ),
        migrations.AddField(
            model_name="savedhit",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.resource"
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="official",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="saved_searches",
                to=settings.AUTH_USER_MODEL,
                verbose_name="official",
            ),
        ),
        migrations.AddField(
            model_name="savedhit",
            name="search",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="hits",
                to="catalog.savedsearch",
            ),
        ),
        migrations.AddIndex(
            model_name="synonymgroup",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="catalog_synonym_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="synonymgroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("words__len__gte", 2)),
                name="catalog_synonymgroup_words",
                violation_error_message="A group has at least two words.",
            ),
        ),
        migrations.AddConstraint(
            model_name="followedentry",
            constraint=models.UniqueConstraint(
                fields=("official", "resource"), name="catalog_followedentry_once"
            ),
        ),
        migrations.AddIndex(
            model_name="savedsearch",
            index=models.Index(
                condition=models.Q(("followed", True)),
                fields=["checked_at"],
                name="catalog_savedsearch_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(
                fields=("official", "name"),
                name="catalog_savedsearch_name",
                violation_error_message="You have a saved search of this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("followed", False), ("checked_at__isnull", False), _connector="OR"
                ),
                name="catalog_savedsearch_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedhit",
            constraint=models.UniqueConstraint(
                fields=("search", "resource"), name="catalog_savedhit_once"
            ),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
