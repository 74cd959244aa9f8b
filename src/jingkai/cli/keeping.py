"""``jingkai retain`` and ``jingkai trail``: what the site keeps for how long, and whether its trail holds."""

from __future__ import annotations

from itertools import islice

import typer

from jingkai.cli.output import line, print_json, show_table
from jingkai.cli.serving import prepared_workspace
from jingkai.cli.session import JSON
from jingkai.errors import JingkaiError

__all__ = ["retain_command", "trail_app"]

trail_app = typer.Typer(no_args_is_help=True, help="网站的审计记录。The site's audit trail.")
_MOST = 20
_TITLES = {
    "sessions": "已结束的登录会话",
    "sign_ins": "登录尝试记录",
    "keys": "已失效的接口密钥",
    "uploads": "未装载的导入",
    "evidence": "已办结更正的证明材料",
    "files": "不再属于任何事项的文件",
    "jobs": "已结束的后台任务",
    "trail": "审计记录（移入归档文件）",
}


def retain_command(
    try_only: bool = typer.Option(False, "--try", help="只数一数，不删除"),
    as_json: bool = JSON,
) -> None:
    """删除超过保存期限的数据，归档审计记录。Delete what is past its period."""
    prepared_workspace()
    from jingkai.console.retention.sweep import retain

    found = retain(try_only)
    if as_json:
        print_json(found)
        return
    title = "到期、未删除" if try_only else "已删除"
    show_table(title, ["种类", "数量"], [[_TITLES[k], str(n)] for k, n in found.items()])


@trail_app.command("check")
def check_command(
    anchor: str = typer.Option("", "--anchor", help="以前抄存的 序号:摘要，核对末尾没有被删减"),
    as_json: bool = JSON,
) -> None:
    """检查审计记录是否完整；不完整时退出码为 1。Hold the trail against its chain."""
    prepared_workspace()
    from jingkai.console.retention.archive import archive_breaks, missing_archives
    from jingkai.console.trail import anchored, breaks, head

    found = [*islice(breaks(), _MOST), *islice(archive_breaks(), _MOST)]
    if anchor:
        found += anchored(anchor)
    number, digest = head()
    away = missing_archives()
    if as_json:
        told = [{"number": b.number, "what": b.what} for b in found]
        print_json(
            {"holds": not found, "number": number, "digest": digest, "breaks": told, "away": away}
        )
    else:
        line(f"检查到第 {number} 条，末条 {number}:{digest}")
        for name in away:
            line(f"归档文件 {name} 不在工作区，未检查")
        for b in found:
            line(f"第 {b.number} 条：{b.what}")
    if found:
        raise JingkaiError("审计记录不完整", hint="保存现场，并与备份和归档核对")
    if not as_json:
        line("完整：逐条相扣，没有缺失或改动")
