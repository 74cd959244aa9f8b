"""``jingkai population``: the synthetic nation, and whether it comes to what was published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from jingkai.cli.indicators import indicator_value
from jingkai.cli.output import line, print_json, progress_bar, show_table
from jingkai.cli.session import JSON, open_rulebook
from jingkai.registry.snapshot import Snapshot
from jingkai.vocabulary import load_vocabulary
from jingkai.workspace import Workspace

if TYPE_CHECKING:
    from jingkai.population.check import Checked

__all__ = ["population_app"]

# The generator is imported by the commands that run it: no other command waits for it.

population_app = typer.Typer(
    no_args_is_help=True, help="合成的全国：232家经开区和经营主体。The synthetic nation."
)
_SAID = {"equals": "", "over": "超过 ", "at_least": "不少于 "}


@population_app.command("make")
def make_command(
    scale: float = typer.Option(0.01, "--scale", help="规模：1.0 为全量约490万户"),
    year: int | None = typer.Option(None, "--year", help="年份；默认为有公布数的最近一年"),
    seed: int = typer.Option(7, "--seed", min=0, help="种子；相同则结果相同"),
    out: Path = typer.Option(Path("nation"), "--out", help="工作区文件夹；再做一年即加一个快照"),
    as_json: bool = JSON,
) -> None:
    """合成全国经开区，合计与公布数一致。Make the synthetic nation."""
    from jingkai.population.nation import make_nation, nation_workspace, plan_nation
    from jingkai.population.targets import published_years, targets_of

    year = year or published_years()[-1]
    targets_of(year)
    workspace = nation_workspace(out)
    with workspace.locked(), progress_bar("合成", quiet=as_json) as progress:
        nation = plan_nation(scale, year, seed, open_rulebook(workspace))
        snapshot = make_nation(workspace, nation, progress)
    if as_json:
        print_json({"snapshot": snapshot.id, **_made(snapshot)})
        return
    zones = snapshot.rows("zone")
    line(f"合成数据：{year}年全国 {zones} 家经开区，全部为随机生成，与任何真实企业无关")
    vocabulary = load_vocabulary()
    rows = [[vocabulary.entities[n].title.zh, f"{snapshot.rows(n):,}"] for n in snapshot.entities]
    show_table("各主体行数", ["主体", "行数"], rows, right=1)
    if scale < 1:
        line(f"规模 {scale:g}：一行代表多户（weight 列），加权后合计与公布数一致")
    line(
        f"\n接下来可以试：\n  jingkai population check {out}\n  cd {out}\n  jingkai indicators --year {year}"
    )


@population_app.command("check")
def check_command(
    folder: Path = typer.Argument(Path("nation"), help="合成全国的工作区"), as_json: bool = JSON
) -> None:
    """核对合计与公布数，有不符时退出码为 1。Hold a population against what was published."""
    from jingkai.population.check import check_population

    workspace = Workspace.open(folder)
    snapshot = Snapshot.current(workspace)
    found = check_population(snapshot, open_rulebook(workspace))
    missed = [c for c in found if not c.met]
    if as_json:
        print_json(
            {**_made(snapshot), "figures": [_figure(c) for c in found], "missed": len(missed)}
        )
    else:
        _print_checked(snapshot, found)
    if missed:
        raise typer.Exit(1)


def _made(snapshot: Snapshot) -> dict[str, Any]:
    from jingkai.population.check import population_of

    rows = {name: snapshot.rows(name) for name in snapshot.entities}
    return {"synthetic": True, **population_of(snapshot), "rows": rows}


def _figure(checked: Checked) -> dict[str, Any]:
    target = checked.target
    return {
        "indicator": target.indicator,
        "relation": target.relation,
        "published": f"{float(target.value):g} {target.unit}".strip(),
        "unit": checked.unit,
        "target": str(target.within(checked.unit)[0]),
        "achieved": None if checked.achieved is None else str(checked.achieved),
        "difference": None if checked.difference is None else str(checked.difference),
        "met": checked.met,
        "source": target.source,
        "url": target.url,
        "verified": target.verified,
    }


def _print_checked(snapshot: Snapshot, found: list[Checked]) -> None:
    made = _made(snapshot)
    line(
        Text(
            f"合成数据 · {made['year']}年 · 规模 {made['scale']} · 种子 {made['seed']}",
            style="yellow",
        )
    )
    rules = open_rulebook(None).rules
    rows = [
        [
            rules[checked.target.indicator].source.title.zh,
            *_words(checked),
            "相符" if checked.met else "不符",
        ]
        for checked in found
    ]
    show_table("公布数与合成数", ["指标", "公布", "合成", "差", "核对"], rows, right=1)
    missed = sum(not c.met for c in found)
    line(f"{len(found)} 项公布数，{missed} 项不符" if missed else f"{len(found)} 项公布数全部相符")


def _words(checked: Checked) -> tuple[str, str, str]:
    target = checked.target
    printed = target.within(checked.unit)[0]
    said = _SAID[target.relation] + indicator_value(printed, checked.unit)
    if checked.achieved is None or checked.difference is None:
        return said, "有缺", ""
    sign = "+" if checked.difference > 0 else ""
    return (
        said,
        indicator_value(checked.achieved, checked.unit),
        sign + indicator_value(checked.difference, checked.unit) if checked.difference else "0",
    )
