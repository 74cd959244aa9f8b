import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jingkai.console.clock
from jingkai.console.append_only import append_only


class Migration(migrations.Migration):
    """Cases and what happens to them; heads of offices."""

    dependencies = [
        ("console", "0005_cache"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="head",
            field=models.BooleanField(default=False, verbose_name="机关负责人"),
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(db_index=True, max_length=80, verbose_name="事项")),
                ("bundle", models.BooleanField(default=False, verbose_name="一件事")),
                ("entity", models.CharField(max_length=40, verbose_name="主体")),
                ("subject", models.CharField(max_length=200, verbose_name="对象")),
                ("matter", models.CharField(blank=True, max_length=200, verbose_name="办理内容")),
                (
                    "enterprise",
                    models.CharField(db_index=True, max_length=200, verbose_name="企业"),
                ),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="企业名称")),
                ("zone", models.CharField(db_index=True, max_length=200, verbose_name="经开区")),
                ("at", models.DateTimeField(default=jingkai.console.clock.now, editable=False)),
                ("given", models.JSONField(default=dict)),
                ("right", models.JSONField(null=True)),
                ("year", models.PositiveIntegerField(null=True, verbose_name="年度")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=20, null=True, verbose_name="金额"
                    ),
                ),
                ("length", models.PositiveIntegerField(default=0)),
                ("ended", models.BooleanField(db_index=True, default=False, verbose_name="已结束")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "办件",
                "verbose_name_plural": "办件",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="CaseFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("material", models.CharField(max_length=120, verbose_name="材料")),
                ("event", models.PositiveIntegerField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="console.case",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="console.storedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "办件材料",
                "verbose_name_plural": "办件材料",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CasePart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(db_index=True, max_length=80, verbose_name="事项")),
                ("position", models.PositiveIntegerField()),
                ("status", models.CharField(db_index=True, max_length=20, verbose_name="状态")),
                ("turn", models.CharField(blank=True, max_length=400, verbose_name="待办部门")),
                ("due_on", models.DateField(db_index=True, null=True, verbose_name="到期日")),
                ("sure", models.BooleanField(default=True)),
                ("granted", models.BooleanField(null=True)),
                ("promised", models.PositiveIntegerField(null=True, verbose_name="承诺工作日")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="console.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "办件事项",
                "verbose_name_plural": "办件事项",
                "ordering": ["case", "position"],
            },
        ),
        migrations.CreateModel(
            name="RecordedEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                ("item", models.CharField(max_length=80, verbose_name="事项")),
                ("kind", models.CharField(max_length=20, verbose_name="环节")),
                ("content", models.JSONField()),
                ("account", models.CharField(max_length=150, verbose_name="账户")),
                (
                    "at",
                    models.DateTimeField(
                        default=jingkai.console.clock.now, editable=False, verbose_name="时间"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="console.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "办件经过",
                "verbose_name_plural": "办件经过",
                "ordering": ["case", "number"],
            },
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended", False)),
                fields=("enterprise", "service", "subject", "matter"),
                name="case_one_open_a_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("amount__isnull", False)),
                fields=("subject", "service", "year"),
                name="case_right_paid_once_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="casepart",
            constraint=models.UniqueConstraint(fields=("case", "item"), name="case_item_once"),
        ),
        migrations.AddConstraint(
            model_name="recordedevent",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="case_event_once"),
        ),
        append_only("console_recordedevent"),
    ]
