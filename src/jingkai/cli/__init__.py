"""The command line, one file a group of commands.

Every command prints for people or, with
``--json``, for programs.
"""

from __future__ import annotations

import json
import sys

import typer

from jingkai.cli.assessing import assess_command
from jingkai.cli.cluster import export_command
from jingkai.cli.deciding import decide_command, differences_command
from jingkai.cli.demo import demo_command
from jingkai.cli.explaining import explain_command
from jingkai.cli.finding import materials_command, near_command
from jingkai.cli.indicating import indicators_command
from jingkai.cli.inspecting import inspect_app
from jingkai.cli.keeping import retain_command, trail_app
from jingkai.cli.loading import (
    facts_command,
    init_command,
    load_command,
    template_command,
)
from jingkai.cli.output import console_error
from jingkai.cli.population import population_app
from jingkai.cli.reforming import diff_command, plan_command, runs_command, whatif_command
from jingkai.cli.refusals import readable
from jingkai.cli.reporting import report_command
from jingkai.cli.rules import rules_app
from jingkai.cli.services import services_app
from jingkai.cli.serving import account_app, serve_command, worker_command

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="经开区政策：装载数据、认定、说明理由。The policy of China's development zones as decisions.",
)
app.command("init")(init_command)
app.command("template")(template_command)
app.command("load")(load_command)
app.command("facts")(facts_command)
app.command("decide")(decide_command)
app.command("explain")(explain_command)
app.command("near")(near_command)
app.command("materials")(materials_command)
app.command("assess")(assess_command)
app.command("export")(export_command)
app.command("indicators")(indicators_command)
app.command("differences")(differences_command)
app.command("whatif")(whatif_command)
app.command("plan")(plan_command)
app.command("diff")(diff_command)
app.command("runs")(runs_command)
app.command("report")(report_command)
app.command("demo")(demo_command)
app.command("serve")(serve_command)
app.command("worker")(worker_command)
app.command("retain")(retain_command)
app.add_typer(account_app, name="account")
app.add_typer(trail_app, name="trail")
app.add_typer(rules_app, name="rules")
app.add_typer(services_app, name="services")
app.add_typer(population_app, name="population")
app.add_typer(inspect_app, name="inspect")


def main() -> None:
    """Run the command line; an error is a message and an exit code, never a traceback."""
    try:
        sys.exit(app(prog_name="jingkai", standalone_mode=False) or 0)
    except BrokenPipeError:
        sys.exit(0)
    except typer.Abort:
        sys.exit(130)
    except Exception as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # the help has been printed
            sys.exit(2)
        known = readable(error)
        if "--json" in sys.argv:
            sys.stderr.write(json.dumps(known.to_dict(), ensure_ascii=False, indent=1) + "\n")
        else:
            console_error(known)
        sys.exit(known.exit_code)
