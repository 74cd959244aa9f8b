"""Event logs of several files are read into one shape, and nothing is left out silently."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime

import polars as pl
import pytest

from jingkai.registry.errors import UnreadableFile
from jingkai.services.logs.columns import LogMap, read_log_map
from jingkai.services.logs.errors import LogError
from jingkai.services.logs.events import read_log
from jingkai.services.logs.times import read_times
from tests.services.logs.conftest import CASES

XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
 <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
 <global scope="event"><string key="concept:name" value="默认"/></global>
 <trace><string key="concept:name" value="A1"/><string key="item" value="用地许可"/>
  <event><string key="concept:name" value="受理"/><string key="org:group" value="窗口"/>
   <string key="lifecycle:transition" value="start"/><date key="time:timestamp" value="2026-02-10T09:00:00.000+08:00"/>
   <list key="deep"><string key="concept:name" value="里层"/></list></event>
  <event><string key="concept:name" value="受理"/><string key="org:group" value="窗口"/>
   <string key="lifecycle:transition" value="complete"/><date key="time:timestamp" value="2026-02-10T10:00:00.000+08:00"/></event>
  <event><string key="concept:name" value="审查"/><string key="lifecycle:transition" value="schedule"/>
   <date key="time:timestamp" value="2026-02-10T10:30:00.000+08:00"/></event>
  <event><string key="concept:name" value="审查"/><string key="lifecycle:transition" value="start"/>
   <date key="time:timestamp" value="2026-02-11T09:00:00.000+08:00"/></event>
 </trace>
 <trace><event><string key="concept:name" value="受理"/><date key="time:timestamp" value="2026-02-12T09:00:00Z"/></event></trace>
</log>
"""


def _times(texts: list[str], zone: str | None = None) -> list[tuple[datetime | None, date | None]]:
    read = read_times(pl.Series(texts, dtype=pl.String), zone)
    return list(zip(read["instant"], read["day"], strict=True))


def test_times_are_instants_and_the_day_they_were_written_on():
    assert _times(["2014-04-11T00:00:00+02:00"]) == [
        (datetime(2014, 4, 10, 22, tzinfo=UTC), date(2014, 4, 11))
    ]
    assert _times(["2026-02-10 23:30:00Z"], "Asia/Shanghai")[0][1] == date(2026, 2, 11)
    home = datetime(2026, 2, 3, 1, 5, tzinfo=UTC)
    for text in (
        "2026年2月3日 9:05",
        "2026/2/3 09:05:00",
        "2026-02-03T09:05",
        "2026-02-03 09:05:00.000",
    ):
        assert _times([text]) == [(home, date(2026, 2, 3))], text
    assert _times(["2026-02-03"]) == [(datetime(2026, 2, 2, 16, tzinfo=UTC), date(2026, 2, 3))]
    for text in ("2026-02-30", "昨天", "2026-02-03 25:00", "20260203"):
        assert _times([text]) == [(None, None)], text


def test_columns_are_told_by_their_names(small):
    log = read_log(small)
    assert log.columns["case"] == "办件编号" and log.columns["deadline"] == "截止日期"
    assert log.frame.height == log.rows_read == 10 and log.rejected.height == 0
    assert not log.single and log.frame["deadline_day"][0] == date(2026, 3, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_packed_log_of_either_encoding_is_the_same(tmp_path, small, encoding):
    path = tmp_path / "cases.csv.gz"
    path.write_bytes(gzip.compress(CASES.encode(encoding)))
    assert read_log(path).frame.equals(read_log(small).frame)


def test_every_row_that_is_no_event_is_counted_with_its_reason(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,start,timestamp\n"
        "1,a,2026-01-05 09:00,2026-01-05 10:00\n"
        ",a,2026-01-05 09:00,2026-01-05 10:00\n"
        "1,,2026-01-05 09:00,2026-01-05 10:00\n"
        "1,b,,\n"
        "1,b,早上,下午\n"
        "1,c,2026-01-06 09:00,\n"
        "1,c,2026-01-06 09:00,昨天\n"
        "1,c,2026-01-06 09:00,2026-01-05 09:00\n"
        "1,c,2026-01-06 09:00\n",
        "utf-8",
    )
    log = read_log(path)
    assert log.frame.height == 1 and log.rows_read == 9
    assert [r["reason"] for r in log.rejected.iter_rows(named=True)] == [
        "没有办件编号",
        "没有环节",
        "没有时间",
        "时间无法读出",
        "只有开始，没有完成",
        "完成时间无法读出",
        "开始晚于完成",
        "有3个单元格，表头有4列",
    ]
    assert log.rejected["row"].to_list() == [3, 4, 5, 6, 7, 8, 9, 10]


def test_a_map_says_what_names_do_not(tmp_path):
    path, told = tmp_path / "log.csv", tmp_path / "map.yaml"
    path.write_text("号,事,时,处\n1,a,2026-01-05,EMPTY\n1,b,2026-01-06,甲\n", "utf-8")
    with pytest.raises(LogError, match="找不到办件编号（case）、环节（activity）、时间"):
        read_log(path)
    told.write_text("case: 号\nactivity: 事\ncomplete: 时\noffice: 处\nunknown: [EMPTY]\n", "utf-8")
    log = read_log(path, read_log_map(told))
    assert log.frame["office"].to_list() == [None, "甲"] and log.single
    told.write_text("case: 号\nactivty: 事\nzone: 火星\n", "utf-8")
    with pytest.raises(LogError) as wrong:
        read_log_map(told)
    assert {f.where.rpartition(":")[2] for f in wrong.value.findings} == {"2", "3"}
    with pytest.raises(LogError, match="不在日志中"):
        read_log(path, LogMap(case="没有"))


def test_events_of_a_case_are_in_the_order_of_time_and_else_of_the_file(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp\n2,z,2026-01-05\n1,b,2026-01-06\n1,c,2026-01-06\n1,a,2026-01-05\n",
        "utf-8",
    )
    frame = read_log(path).frame
    assert frame.filter(pl.col("case") == "1")["activity"].to_list() == ["a", "b", "c"]


def test_xes_is_read_with_its_traces_and_its_life_cycle(tmp_path):
    plain, packed = tmp_path / "log.xes", tmp_path / "log.xes.gz"
    plain.write_text(XES, "utf-8")
    packed.write_bytes(gzip.compress(XES.encode()))
    log = read_log(plain)
    assert log.frame.equals(read_log(packed).frame)
    assert log.frame["case"].to_list() == ["A1", "trace 2"] and log.rows_read == 5
    first = log.frame.row(0, named=True)
    assert (first["activity"], first["office"], first["item"]) == ("受理", "窗口", "用地许可")
    assert (first["complete"] - first["start"]).total_seconds() == 3600
    assert log.rejected["reason"].to_list() == [
        "只是状态变化（schedule）",
        "只有开始，没有与之相配的完成",
    ]
    assert any("1 个 trace 没有名称" in n for n in log.notes)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE log [<!ENTITY a "aaaa">]>',
        '<!DOCTYPE log SYSTEM "file:///etc/passwd">',
    ],
)
def test_xes_with_a_document_type_is_refused(tmp_path, head):
    path = tmp_path / "log.xes"
    path.write_text(XES.replace("<log ", f"{head}\n<log ", 1), "utf-8")
    with pytest.raises(LogError, match="文档类型或实体"):
        read_log(path)


def test_what_is_broken_is_said_to_be(tmp_path):
    path = tmp_path / "log.xes"
    path.write_text(XES[:900], "utf-8")
    with pytest.raises(LogError, match="不是完整的 XML"):
        read_log(path)
    path.write_text("<log></log>", "utf-8")
    with pytest.raises(LogError, match="没有事件"):
        read_log(path)
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(CASES.encode())[:-20])
    with pytest.raises(LogError, match="压缩文件"):
        read_log(packed)
    empty = tmp_path / "log.csv"
    empty.write_text("case_id,activity,timestamp\n", "utf-8")
    with pytest.raises(UnreadableFile):
        read_log(empty)
    with pytest.raises(LogError, match="没有这个日志"):
        read_log(tmp_path / "none.csv")
