import django.db.models.deletion
from django.db import migrations, models

from jingkai.console.append_only import append_only


class Migration(migrations.Migration):
    """Inspections on the desks and what happens to them."""

    dependencies = [
        ("console", "0006_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssignedPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(blank=True, max_length=200, verbose_name="经开区")),
                ("year", models.PositiveIntegerField(verbose_name="年度")),
                ("title", models.CharField(max_length=200, verbose_name="计划")),
                ("class_rule", models.CharField(max_length=120)),
                ("digest", models.CharField(max_length=64)),
                ("content", models.JSONField()),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "检查计划",
                "verbose_name_plural": "检查计划",
                "ordering": ["-year", "zone"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("zone", "year"), name="assigned_plan_one_a_year"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(db_index=True, max_length=200, verbose_name="经开区")),
                ("number", models.CharField(max_length=40, verbose_name="检查编号")),
                ("office", models.CharField(db_index=True, max_length=40, verbose_name="检查机关")),
                (
                    "enterprise",
                    models.CharField(db_index=True, max_length=200, verbose_name="企业"),
                ),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="企业名称")),
                ("ground", models.CharField(max_length=20, verbose_name="事由")),
                ("counts", models.BooleanField(default=True, verbose_name="计入上限")),
                ("token", models.CharField(db_index=True, max_length=40)),
                ("day", models.DateField(db_index=True, verbose_name="日期")),
                ("state", models.CharField(db_index=True, max_length=12, verbose_name="状态")),
                (
                    "follow_up_by",
                    models.DateField(db_index=True, null=True, verbose_name="整改期限"),
                ),
                (
                    "objected",
                    models.BooleanField(db_index=True, default=False, verbose_name="异议待答复"),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="console.assignedplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "行政检查",
                "verbose_name_plural": "行政检查",
                "ordering": ["day", "number", "office"],
            },
        ),
        migrations.CreateModel(
            name="VisitEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                ("kind", models.CharField(max_length=12, verbose_name="环节")),
                ("day", models.DateField(verbose_name="日期")),
                ("content", models.JSONField(default=dict)),
                ("account", models.CharField(blank=True, max_length=150, verbose_name="账户")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                ("evidence", models.ManyToManyField(to="console.storedfile", verbose_name="证据")),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="console.visit",
                    ),
                ),
            ],
            options={
                "verbose_name": "检查经过",
                "verbose_name_plural": "检查经过",
                "ordering": ["visit", "number"],
            },
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                fields=("zone", "number", "office"), name="visit_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="visitevent",
            constraint=models.UniqueConstraint(fields=("visit", "number"), name="visit_event_once"),
        ),
        append_only("console_visitevent"),
    ]
