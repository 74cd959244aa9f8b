"""``jingkai serve`` and ``jingkai account``: the site over the workspace, and who signs in to it."""

from __future__ import annotations

import sys

import typer

from jingkai.cli.output import line, print_json, show_table
from jingkai.cli.session import JSON, find_workspace
from jingkai.errors import JingkaiError
from jingkai.workspace import Workspace

__all__ = ["account_app", "prepared_workspace", "serve_command", "worker_command"]

account_app = typer.Typer(
    no_args_is_help=True, help="网站的账户：新建、列出。Accounts of the site."
)
_ROLE_TITLES = (
    ("enterprise", "企业"),
    ("officer", "经办人员"),
    ("zone_analyst", "经开区分析"),
    ("ministry_analyst", "部委分析"),
    ("auditor", "审计"),
)
_ROLES = "enterprise、officer、zone_analyst、ministry_analyst 或 auditor"


def _console() -> None:
    try:
        import allauth
        import django
        import waitress
    except ImportError as error:
        raise JingkaiError(
            "没有安装网站所需的软件包", hint="运行 `pip install 'jingkai[console]'`"
        ) from error
    assert django and allauth and waitress


def serve_command(
    host: str = typer.Option("127.0.0.1", "--host", help="监听地址"),
    port: int = typer.Option(8000, "--port", min=1, max=65535, help="端口"),
    threads: int = typer.Option(8, "--threads", min=1, help="同时回答的请求数"),
    demo: bool = typer.Option(False, "--demo", help="合成数据：每类用户给一个演示账户"),
) -> None:
    """打开网站。Serve the site on this workspace."""
    _console()
    from jingkai.console.serve import serve

    workspace = find_workspace()
    line(f"打开工作区 {workspace.path.name}，计算页面要用的指标……")
    serve(workspace, host, port, threads, _show_demo if demo else _show_ready)


def _show_ready(address: str) -> None:
    line(f"网站已就绪：{address}（Ctrl+C 停止）")


def _show_demo(address: str) -> None:
    """Make an account a desk, and print how to sign in as each, this once."""
    from jingkai.console.demo_accounts import demo_accounts
    from jingkai.console.demo_cases import demo_cases
    from jingkai.console.opened import opened
    from jingkai.console.visits.demo import demo_zone_visits

    found = opened()
    if found is None:
        raise JingkaiError("工作区里还没有数据", hint="先运行 `jingkai population make`")
    accounts = demo_accounts(found)
    if made := demo_cases(found):
        line(f"已合成 {made} 个办件（示例），供各工作台试用")
    if made := demo_zone_visits(found):
        line(f"已合成 {made} 次检查（示例），供各工作台试用")
    titles = dict(_ROLE_TITLES)
    rows = [[a.name, a.password, titles[a.role], a.about] for a in accounts]
    show_table(
        "演示账户（密码只显示这一次，每次启动换新）", ["账户", "密码", "身份", "看什么"], rows
    )
    line(f"从导览开始：{address}tour/")
    _show_ready(address)


def worker_command(
    with_parent: bool = typer.Option(False, "--with-parent", help="随启动它的进程一起结束"),
    until_idle: bool = typer.Option(False, "--until-idle", help="没有等待的任务时结束"),
) -> None:
    """做网站的后台任务（serve 会自带一个）。Do the site's background jobs."""
    _console()
    from jingkai.console.worker import work

    work(find_workspace(), until_idle=until_idle, with_parent=with_parent)


@account_app.command("add")
def add_command(
    name: str,
    role: str = typer.Option(..., "--role", help=_ROLES),
    enterprise: str = typer.Option("", "--enterprise", help="企业的统一社会信用代码"),
    zone: str = typer.Option("", "--zone", help="经开区"),
    office: str = typer.Option("", "--office", help="部门代码，如 tax"),
    head: bool = typer.Option(False, "--head", help="机关负责人：批准延期、批准检查"),
    external_id: str = typer.Option(
        "", "--external-id", help="统一身份认证中的标识，与账户名不同时"
    ),
) -> None:
    """新建账户；密码从键盘输入，或从管道读一行。A new account; the password is asked for."""
    prepared_workspace()
    from jingkai.console.accounts import add_account

    add_account(
        name,
        _asked_password(),
        role,
        enterprise=enterprise,
        zone=zone,
        office=office,
        head=head,
        external_id=external_id,
    )
    line(f"已新建账户 {name}（{role}）")


@account_app.command("off")
def off_command(name: str) -> None:
    """停用账户：下一次请求起不能再用，密钥同时失效；做过的事保留。Keep an account out."""
    prepared_workspace()
    from jingkai.console.accounts import switch_account

    switch_account(name, on=False)
    line(f"已停用账户 {name}")


@account_app.command("on")
def on_command(name: str) -> None:
    """重新启用账户。Let an account in again."""
    prepared_workspace()
    from jingkai.console.accounts import switch_account

    switch_account(name, on=True)
    line(f"已启用账户 {name}")


@account_app.command("password")
def password_command(name: str) -> None:
    """更换密码；从键盘输入，或从管道读一行。A new password; it is asked for."""
    prepared_workspace()
    from jingkai.console.accounts import set_password

    set_password(name, _asked_password())
    line(f"已更换账户 {name} 的密码，原有登录已失效")


def _asked_password() -> str:
    """Ask for a password twice, or read a line where nobody types."""
    if sys.stdin.isatty():
        return str(typer.prompt("密码", hide_input=True, confirmation_prompt="再输一次"))
    return sys.stdin.readline().rstrip("\r\n")


@account_app.command("list")
def list_command(as_json: bool = JSON) -> None:
    """全部账户。Every account."""
    prepared_workspace()
    from jingkai.console.accounts import list_accounts

    found = list_accounts()
    if as_json:
        print_json(found)
        return
    rows = [
        [a["username"], a["role"], a["zone"], a["office"] + ("（负责人）" if a["head"] else ""),
         a["enterprise"], "" if a["is_active"] else "停用"]
        for a in found
    ]  # fmt: skip
    titles = ["账户", "角色", "经开区", "部门", "企业", ""]
    show_table(f"{len(rows)} 个账户", titles, rows)


def prepared_workspace() -> Workspace:
    """Return the workspace here, with the site set up on it."""
    _console()
    from jingkai.console.serve import prepare

    workspace = find_workspace()
    prepare(workspace)
    return workspace
