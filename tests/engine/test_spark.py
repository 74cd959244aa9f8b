"""Spark beside Polars: operators at their edges, every rule over random facts, URLs end to end."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from jingkai.engine.polars_plan import PlanCompiler
from jingkai.engine.row_plan import RowPlan
from jingkai.engine.run import decide
from jingkai.engine.spark_plan import quoted, spark_sql, spark_steps
from jingkai.engine.spark_run import decide_on_spark
from jingkai.engine.spark_session import java_found, spark_session
from jingkai.engine.store import EngineError
from jingkai.registry.snapshot import SourceFile, write_snapshot
from jingkai.rulebook import load_rulebook
from jingkai.rulebook.plan import INT64, Plan, PlanKind, col, lit, null
from jingkai.rulebook.program import APART
from jingkai.workspace import Workspace, ZoneSettings
from tests.engine.random_tables import random_tables
from tests.rulebook.tiny import rule_file

pytest.importorskip("pyspark", reason="PySpark is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("spark"),  # one session for the module
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not java_found(), reason="no Java for Spark: install Java 17"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
AS_OF = dt.date(2026, 6, 30)
TYPES = {"bool": pl.Boolean, "int": pl.Int64, "date": pl.Date, "text": pl.String}


@pytest.fixture(scope="module")
def spark():
    # Java's quick compiler alone: much of this is each plan's first and only run.
    options = {
        "spark.sql.shuffle.partitions": "4",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    }
    with spark_session("local[2]", options) as session:
        yield session


# --- operators

INTS = [None, 0, 1, -1, 2, -2, 3, -3, 7, -7, 10, 99, -100, 10**9, -(10**9) - 1, 2**31, 10**17]
DATES = [
    None, dt.date(1, 1, 1), dt.date(1582, 10, 4), dt.date(1582, 10, 15), dt.date(1900, 3, 1),
    dt.date(1969, 12, 31), dt.date(1970, 1, 1), dt.date(2024, 1, 31), dt.date(2024, 2, 29),
    dt.date(2025, 2, 28), dt.date(2026, 6, 30), dt.date(9990, 12, 31),
]  # fmt: skip
TEXTS = [None, "", "C", "C39", "c39", "C391", "制造业", "it's", "a\\b", "a`b", "${x}", "C39 ", "%_"]
BOOLS = [None, True, False]
MONTHS = [None, 0, 1, -1, 11, 12, -13, 48, 1200]


def a(kind: PlanKind) -> Plan:
    return col("a", kind)


def b(kind: PlanKind) -> Plan:
    return col("b", kind)


def of(op: str, *args, kind: PlanKind) -> Plan:
    return Plan(op, args, kind)


def wide(x: Plan) -> Plan:
    return Plan("wide", (x,), "wide")


#: By operator: what to compute over every pair of values of a and b.
CASES: dict[str, list[tuple[Plan, list, list]]] = {
    "col": [(a("int"), INTS, INTS)],
    "lit": [
        (lit(value), INTS[:2], INTS[:2])
        for value in (True, 0, -5, INT64, -INT64, *DATES[1:], *TEXTS[1:])
    ],
    "null": [(null(kind), INTS[:2], INTS[:2]) for kind in ("bool", "int", "date", "text")],
    **{
        op: [
            (of(op, a("int"), b("int"), kind="int"), INTS[:-1], INTS[:-1]),
            (of(op, wide(a("int")), wide(b("int")), kind="wide"), INTS, INTS),
        ]
        for op in ("add", "sub", "mul", "floordiv")
    },
    **{
        op: [
            (of(op, a("int"), b("int"), kind="bool"), INTS, INTS),
            (of(op, wide(a("int")), wide(b("int")), kind="bool"), INTS, INTS),
            (of(op, a("date"), b("date"), kind="bool"), DATES, DATES),
        ]
        for op in ("eq", "ne", "lt", "le", "gt", "ge")
    },
    "neg": [(of("neg", a("int"), kind="int"), INTS, INTS[:1])],
    "and": [(of("and", a("bool"), b("bool"), kind="bool"), BOOLS, BOOLS)],
    "or": [(of("or", a("bool"), b("bool"), kind="bool"), BOOLS, BOOLS)],
    "not": [(of("not", a("bool"), kind="bool"), BOOLS, BOOLS)],
    "when": [
        (of("when", a("bool"), b("bool"), lit(True), kind="bool"), BOOLS, BOOLS),
        (of("when", a("bool"), lit("甲"), null("text"), kind="text"), BOOLS, BOOLS),
    ],
    "isnull": [(of("isnull", a("text"), kind="bool"), TEXTS, TEXTS[:1])],
    "fill": [
        (of("fill", a("bool"), lit(True), kind="bool"), BOOLS, BOOLS),
        (of("fill", a("int"), lit(-9), kind="int"), INTS, INTS[:1]),
    ],
    "sumtrue": [(of("sumtrue", a("bool"), b("bool"), lit(True), kind="int"), BOOLS, BOOLS)],
    **{
        op: [
            (of(op, a("int"), b("int"), lit(3), kind="int"), INTS, INTS),
            (of(op, a("int"), kind="int"), INTS, INTS[:1]),
        ]
        for op in ("min", "max")
    },
    "wide": [(wide(a("int")), [*INTS, INT64, -INT64], INTS[:1])],
    "narrow": [(of("narrow", wide(a("int")), kind="int"), [*INTS, INT64, -INT64], INTS[:1])],
    **{op: [(of(op, a("date"), kind="int"), DATES, DATES[:1])] for op in ("year", "month", "day")},
    "daydiff": [(of("daydiff", a("date"), b("date"), kind="int"), DATES, DATES)],
    "dayadd": [(of("dayadd", a("date"), b("int"), kind="date"), DATES[2:], [None, 0, 1, -366, 999])],
    "monthadd": [(of("monthadd", a("date"), b("int"), kind="date"), DATES[4:-1], MONTHS)],
    "prefix": [(of("prefix", a("text"), text, kind="bool"), TEXTS, TEXTS[:1]) for text in TEXTS[1:]],
    "isin": [
        (of("isin", a("text"), tuple(texts), kind="bool"), TEXTS, TEXTS[:1])
        for texts in (TEXTS[1:6], TEXTS[6:], (), ("C",), [f"{c:02}" for c in range(40)])
    ],
}  # fmt: skip


def test_every_operator_that_plans_know_has_cases():
    known = set((Plan.__doc__ or "").split("op\n")[1].split("args\n")[0].replace("`", " ").split())
    from jingkai.engine import polars_plan, row_plan, spark_plan

    engines = set(polars_plan._OPERATORS) | set(row_plan._KNOWN) | set(row_plan._WITH_UNKNOWN)
    assert engines <= set(CASES) and set(CASES) <= known
    assert set(spark_plan._OPERATORS) | {"floordiv"} == set(polars_plan._OPERATORS)


def operands(plan: Plan, left: list, right: list) -> pl.DataFrame:
    kinds: dict[str, PlanKind] = {"a": "int", "b": "int"}
    stack = [plan]
    while stack:
        node = stack.pop()
        if node.op == "col":
            kinds[node.args[0]] = node.kind
        stack += [arg for arg in node.args if isinstance(arg, Plan)]
    pairs = [(x, y) for x in left for y in right]
    schema = {name: TYPES[kind] for name, kind in kinds.items()}
    columns = zip(schema.items(), zip(*pairs, strict=True), strict=True)
    return pl.DataFrame([pl.Series(n, values, dtype=kind) for (n, kind), values in columns])


def test_operators_agree_at_their_edges_in_all_three_engines(spark, tmp_path):
    """All cases of one pair of operands run as one query, each a column."""
    groups: dict[str, tuple[pl.DataFrame, dict[str, Plan]]] = {}
    for op, cases in CASES.items():
        for i, (plan, left, right) in enumerate(cases):
            frame = operands(plan, left, right)
            key = repr(frame.to_dict(as_series=False))
            groups.setdefault(key, (frame, {}))[1][f"{op}_{i}"] = plan
    assert sum(len(plans) for _, plans in groups.values()) == sum(map(len, CASES.values()))
    for n, (frame, plans) in enumerate(groups.values()):
        file = tmp_path / f"{n}.parquet"
        frame.with_row_index("n").write_parquet(file)
        table = spark.read.parquet(file.as_uri())
        for step in spark_steps((plans,)):
            texts = [f"{spark_sql(plan)} AS {quoted(name)}" for name, plan in step.items()]
            table = table.selectExpr("*", *texts)
        found = pl.from_arrow(table.orderBy("n").select(*plans).toArrow())
        mine = frame.with_columns(
            PlanCompiler().expression(p).alias(name) for name, p in plans.items()
        )
        for name, plan in plans.items():
            rows = [RowPlan(row).value(plan) for row in frame.to_dicts()]
            assert mine[name].to_list() == rows, name
            assert whole_numbers(found[name]) == rows, name


def whole_numbers(series: pl.Series) -> list:
    """Return values with Spark's decimals as ints."""
    decimal = series.dtype == pl.Decimal
    return [int(v) if decimal and v is not None else v for v in series.to_list()]


WIDEST = [10**38 - 1, -(10**38) + 1, 10**37, 3 * 10**31 + 1, 2**63, -(2**63) - 1, 1, 0]


def of_columns(spark, plan: Plan, table):
    for step in spark_steps(({"x": plan},)):
        texts = (f"{spark_sql(p)} AS {quoted(n)}" for n, p in step.items())
        table = table.selectExpr("*", *texts)
    found = table.orderBy("n").select("x").collect()
    return [None if row[0] is None else int(row[0]) for row in found]


@pytest.mark.parametrize("op", ["add", "sub", "mul", "floordiv", "le"])
def test_the_widest_numbers_are_exact_or_stop_the_run(spark, tmp_path, op):
    """128 bits go to 1.7e38, Spark's decimals to 1e38: what lies between must never come out."""
    pairs = [(x, y) for x in WIDEST for y in WIDEST]
    plan = Plan(op, (a("wide"), b("wide")), "bool" if op == "le" else "wide")
    exact = [RowPlan({"a": x, "b": y}).value(plan) for x, y in pairs]
    # A quotient is refused from 1e32 on: Spark keeps six decimals of every one.
    top = 10**32 if op == "floordiv" else 10**38
    rows = {"n": range(len(pairs)), "a": [x for x, _ in pairs], "b": [y for _, y in pairs]}
    schema = {"n": pl.Int64, "a": pl.Decimal(38, 0), "b": pl.Decimal(38, 0)}
    pl.DataFrame(rows, schema=schema).write_parquet(tmp_path / "pairs.parquet")
    table = spark.read.parquet((tmp_path / "pairs.parquet").as_uri())
    within = [i for i, value in enumerate(exact) if value is None or abs(value) < top]
    beyond = [i for i in range(len(pairs)) if i not in within]
    found = of_columns(spark, plan, table.where(f"n IN ({', '.join(map(str, within))})"))
    assert found == [exact[i] for i in within]
    assert bool(beyond) == (op != "le")
    for i in beyond:
        with pytest.raises(Exception, match="NUMERIC_VALUE_OUT_OF_RANGE"):
            of_columns(spark, plan, table.where(f"n = {i}"))


def test_what_passes_64_bits_stops_the_run(spark):
    for plan in (
        Plan("add", (lit(INT64), lit(1)), "int"),
        Plan("mul", (lit(2**32), lit(2**31)), "int"),
        Plan("narrow", (Plan("lit", (2**63,), "wide"),), "int"),
    ):
        with pytest.raises(Exception, match=r"OVERFLOW|OUT_OF_RANGE"):
            of_columns(spark, plan, spark.range(1).withColumnRenamed("id", "n"))


def test_a_constant_beyond_38_digits_is_refused_before_anything_runs():
    with pytest.raises(EngineError, match="38"):
        spark_sql(lit(10**38))


# --- every rule

MANY = {"enterprise": 50_000, "zone": 40}


@pytest.fixture(scope="module")
def both(spark, rulebook, tmp_path_factory):
    """A snapshot of random facts decided by both engines in workspaces of their own."""
    tables = random_tables(rulebook, AS_OF, MANY, 4000, seed=20260630)
    runs = {}
    for engine in ("polars", "spark"):
        folder = tmp_path_factory.mktemp(engine) / "zone"
        workspace = Workspace.init(folder, ZoneSettings(key="测试经开区"))
        events = [e for e, d in rulebook.vocabulary.entities.items() if d.event is not None]
        # Some tables of events are whole, some are not.
        registers = {e: {"as_of": AS_OF.isoformat()} for e in events[::2]}
        source = SourceFile("random", "", "statistics", AS_OF.isoformat(), "enterprise")
        snapshot = write_snapshot(
            workspace, tables, as_of=AS_OF, sources=[source], registers=registers
        )
        if engine == "polars":
            runs[engine] = decide(workspace, snapshot, rulebook, AS_OF)
        else:
            decide_on_spark(spark, workspace, rulebook)
            # Asked without an engine, the stored answer of any is taken.
            runs[engine] = decide(workspace, snapshot, rulebook, AS_OF)
    return runs


def test_every_rule_comes_out_the_same_on_both_engines(both, rulebook):
    mine, theirs = both["polars"], both["spark"]
    assert theirs.manifest["engine"] == "spark"
    in_force = {r.id for r in rulebook.on(AS_OF).in_force(AS_OF) if r.kind not in APART}
    assert set(theirs.rules) == set(mine.rules) == in_force
    compared = 0
    for entity, described in mine.manifest["entities"].items():
        left, right = mine.scan(entity).collect(), theirs.scan(entity).collect()
        assert left.schema == right.schema, entity
        assert left.height == right.height == described["rows"]
        for column in left.columns:
            apart = left[column].ne_missing(right[column])
            assert not apart.any(), (entity, column, left.filter(apart)["key"][:3].to_list())
            compared += left.height
    assert compared > 4_000_000


def test_the_random_facts_decide_every_rule_both_ways(both, rulebook):
    """A comparison where every enterprise is refused for one reason would compare little."""
    decided = both["polars"].summary
    open_only = [
        name for name, found in decided.items()
        if both["polars"].rules[name]["kind"] != "score"  # of thirty marks one is always unknown
        and not any(v for k, v in found.items() if isinstance(v, int) and k != "undetermined")
        and not any(f.startswith("parameter:") for f, _ in found["missing"])
    ]  # fmt: skip
    assert open_only == []


def test_summaries_and_indicators_are_the_same(both):
    mine, theirs = both["polars"].manifest, both["spark"].manifest
    for part in ("summary", "indicators", "rules", "not_in_force", "entities"):
        assert mine[part] == theirs[part], part


# --- URLs and the command


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jingkai", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "150", "NO_COLOR": "1", "PYTHONUTF8": "1"},
        check=False,
    )


FEW_FACTS = ("key", "name", "zone", "established_on", "staff_", "tech_staff", "revenue", "legal_entity",
             "industry_code", "main_business_revenue", "credit_risk_class")  # fmt: skip


@pytest.fixture(scope="module")
def demo(rulebook, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("url")
    workspace = Workspace.init(folder / "zone", ZoneSettings(key="测试经开区"))
    tables = random_tables(rulebook, AS_OF, {"enterprise": 300}, 60, seed=3)
    # Where facts lie is what is tried here, not rules: a rule without its facts costs nothing.
    enterprises = tables["enterprise"]
    kept = [c for c in enterprises.columns if c.startswith(FEW_FACTS)]
    tables = {"enterprise": enterprises.select(kept), "investment": tables["investment"]}
    source = SourceFile("random", "", "statistics", AS_OF.isoformat(), "enterprise")
    write_snapshot(workspace, tables, as_of=AS_OF, sources=[source], synthetic=True)
    done = command(folder / "zone", "export", "--parquet", str(folder / "facts"))
    assert done.returncode == 0, done.stderr
    return folder


def test_the_command_reads_and_writes_urls_and_keeps_the_run(demo):
    zone, facts, out = demo / "zone", (demo / "facts").as_uri(), (demo / "out").as_uri()
    words = ("--engine", "spark", "--master", "local[2]", "--facts", facts, "--out", out, "--json")
    done = command(zone, "decide", *words)
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)["run"]
    kept = zone / "decisions" / run
    assert (
        json.loads((demo / "out" / run / "manifest.json").read_text("utf-8"))["engine"] == "spark"
    )
    stored = pl.read_ipc(kept / "enterprise.arrow")
    there = pl.read_parquet(demo / "out" / run / "enterprise.parquet" / "*.parquet")
    assert there.equals(stored.with_columns(pl.col(pl.Enum).cast(pl.String)))
    assert not list(kept.glob("*.parquet"))
    # What is explained next is this run: no second one is made.
    key = stored["key"][0]
    done = command(zone, "explain", key)
    assert done.returncode == 0, done.stderr
    assert [f.name for f in (zone / "decisions").iterdir()] == [run]


def test_facts_the_workspace_does_not_have_stay_where_they_are(spark, demo, rulebook, tmp_path):
    other = Workspace.init(tmp_path / "other", ZoneSettings(key="另一经开区"))
    facts, out = (demo / "facts").as_uri(), (tmp_path / "out").as_uri()
    with pytest.raises(EngineError, match="无处存放"):
        decide_on_spark(spark, other, rulebook, facts=facts)
    manifest = decide_on_spark(spark, other, rulebook, facts=facts, out=out)
    assert not list(other.decisions.iterdir())
    there = tmp_path / "out" / manifest["id"]
    assert json.loads((there / "manifest.json").read_text("utf-8")) == manifest
    zone = Workspace.open(demo / "zone")
    mine = zone.decisions / manifest["id"]
    if not mine.exists():
        decide_on_spark(spark, zone, rulebook, facts=facts)
    for entity in manifest["entities"]:
        left = pl.read_parquet(there / f"{entity}.parquet" / "*.parquet")
        right = pl.read_ipc(mine / f"{entity}.arrow")
        assert left.equals(right.with_columns(pl.col(pl.Enum).cast(pl.String))), entity


def test_a_stored_run_is_left_at_a_url_without_running_again(spark, demo, rulebook, tmp_path):
    zone = Workspace.open(demo / "zone")
    first = decide_on_spark(spark, zone, rulebook)
    before = zone.decisions / first["id"] / "enterprise.arrow"
    stamp = before.stat().st_mtime_ns
    again = decide_on_spark(spark, zone, rulebook, out=str(tmp_path / "out"))
    assert again == first and before.stat().st_mtime_ns == stamp
    there = pl.read_parquet(tmp_path / "out" / first["id"] / "enterprise.parquet" / "*.parquet")
    stored = pl.read_ipc(before)
    assert there["key"].equals(stored["key"]) and there.width == stored.width


def test_facts_of_other_rows_are_told_and_nothing_is_kept(spark, demo, rulebook, tmp_path):
    import shutil

    zone = Workspace.init(tmp_path / "zone", ZoneSettings(key="测试经开区"))
    shutil.copytree(demo / "zone" / "snapshots", zone.snapshots, dirs_exist_ok=True)
    shutil.copytree(demo / "facts", tmp_path / "facts")
    for file in (tmp_path / "facts" / "enterprise.parquet").iterdir():
        pl.read_parquet(file).slice(5).write_parquet(file)
    with pytest.raises(EngineError, match="不对应"):
        decide_on_spark(spark, zone, rulebook, facts=str(tmp_path / "facts"))
    assert not [f for f in zone.decisions.iterdir() if not f.name.startswith(".tmp-")]


def test_a_place_without_facts_says_what_to_do(spark, demo, rulebook, tmp_path):
    zone = Workspace.open(demo / "zone")
    with pytest.raises(EngineError, match=r"manifest\.json") as caught:
        decide_on_spark(spark, zone, rulebook, facts=(tmp_path / "nothing").as_uri())
    assert "jingkai export" in caught.value.hint
    with pytest.raises(EngineError, match="打不开"):
        decide_on_spark(spark, zone, rulebook, facts="nostore://bucket/facts")


# --- dated events and referred facts, by small rules: shipped ones may not have every form

PROBES = {
    "enterprise": (
        "events(penalty, year) >= two",
        "events(penalty, days) = none",
        "events(penalty, year, kind = '甲') >= two",
        "events(penalty, year, same(kind)) >= two",
        "events(inspection, year) >= two",
    ),
    "violation": ("earlier(year) >= two", "earlier(year, same(kind)) = none"),
}
FIGURES = """parameters:
  year: {value: 12 月, basis: 一}
  days: {value: 400 天, basis: 一}
  two: {value: 2 次, basis: 一}
  none: {value: 0 次, basis: 一}
"""


@pytest.mark.parametrize("whole", [True, False])
def test_events_are_counted_the_same(spark, tmp_path, whole):
    rules = tmp_path / "rules"
    rules.mkdir()
    for entity, tests in PROBES.items():
        for i, test in enumerate(tests):
            body = FIGURES + f'conditions:\n  - {{id: c, basis: 一, test: "{test}"}}\n'
            path = rule_file(rules, body, name=f"probe_{entity}_{i}")
            text = path.read_text("utf-8").replace("entity: enterprise", f"entity: {entity}")
            path.write_text(text, "utf-8")
    book = load_rulebook([rules], examples_needed=False)
    tables = random_tables(book, AS_OF, {"enterprise": 200}, 2000, seed=7)
    status = {"as_of": AS_OF.isoformat()}
    registers = dict.fromkeys(("penalty", "inspection", "violation"), status) if whole else {}
    source = SourceFile("random", "", "statistics", AS_OF.isoformat(), "enterprise")
    runs = []
    for engine in ("polars", "spark"):
        zone = Workspace.init(tmp_path / engine, ZoneSettings(key="测试经开区"))
        args = {"as_of": AS_OF, "sources": [source], "registers": registers}
        snapshot = write_snapshot(zone, tables, **args)
        if engine == "spark":
            decide_on_spark(spark, zone, book)
        runs.append(decide(zone, snapshot, book, AS_OF))
    for entity in PROBES:
        left, right = (run.scan(entity).collect() for run in runs)
        assert left.equals(right), [c for c in left.columns if not left[c].equals(right[c])]
        lows = [c for c in left.columns if c.endswith("__low")]
        assert len(lows) == len(PROBES[entity]), left.columns
        assert all(left[c].max() >= 1 for c in lows)
        assert all(
            left[c.replace("__low", "__high")].null_count() < left.height or not whole for c in lows
        )
