"""What the cluster options refuse before any Spark is started, and the export without one."""

from __future__ import annotations

import datetime as dt
import json
import sys

import polars as pl
import pytest
from typer.testing import CliRunner

from jingkai.cli import app
from jingkai.engine.spark_session import BackendMissing, spark_session
from jingkai.errors import JingkaiError
from jingkai.population import some_enterprises
from jingkai.registry.snapshot import SourceFile, write_snapshot


@pytest.fixture
def zone(workspace, monkeypatch):
    source = SourceFile("demo", "", "statistics", "2026-06-30", "enterprise")
    frames = {"enterprise": some_enterprises(30)}
    snapshot = write_snapshot(workspace, frames, as_of=dt.date(2026, 6, 30), sources=[source])
    monkeypatch.chdir(workspace.path)
    return snapshot


def fails(*words: str) -> JingkaiError:
    error = CliRunner().invoke(app, ["decide", *words]).exception
    assert isinstance(error, JingkaiError)
    return error


def test_options_of_spark_without_spark_are_told(zone):
    assert "--engine spark" in fails("--out", "runs").hint
    assert "没有引擎" in str(fails("--engine", "hadoop"))
    assert "名=值" in str(fails("--engine", "spark", "--conf", "spark.executor.memory"))


def test_without_pyspark_the_error_says_what_to_install(zone, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    error = fails("--engine", "spark")
    assert isinstance(error, BackendMissing)
    assert "jingkai[spark]" in error.hint


def test_without_java_the_error_says_what_to_install(monkeypatch):
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(BackendMissing, match="Java") as caught, spark_session("local[1]"):
        pass
    assert "17" in caught.value.hint


def test_an_export_has_every_table_and_the_manifest_and_overwrites_nothing(zone, tmp_path):
    words = ["export", "--parquet", str(tmp_path / "facts"), "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0 and json.loads(done.stdout)["rows"] == {"enterprise": 30}
    there = pl.read_parquet(tmp_path / "facts" / "enterprise.parquet" / "*.parquet")
    assert there.equals(zone.scan("enterprise").collect())
    manifest = json.loads((tmp_path / "facts" / "manifest.json").read_text("utf-8"))
    assert manifest == zone.manifest
    again = CliRunner().invoke(app, words).exception
    assert isinstance(again, JingkaiError) and "不为空" in str(again)
