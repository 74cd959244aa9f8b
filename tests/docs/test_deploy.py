"""The page on deployment: what needs neither root nor a network runs as it stands."""

from __future__ import annotations

import configparser
import re

import pytest

from jingkai.workspace import Workspace
from tests.docs.pages import ROOT, run_page

_PAGE = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")


@pytest.mark.slow
def test_the_page_makes_decides_and_exports_a_workspace_with_an_account(tmp_path):
    said = run_page("deploy.md", tmp_path)
    assert "已新建账户 li.ming（officer）" in said
    assert "完整：逐条相扣" in said
    assert (tmp_path / "nation" / "facts" / "manifest.json").exists()


def test_the_settings_that_it_shows_are_read(tmp_path):
    shown = re.search(r"^```toml\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)
    workspace = Workspace.init(tmp_path / "zone")
    file = workspace.path / "jingkai.toml"
    file.write_text(file.read_text("utf-8") + shown[1], "utf-8")
    console = Workspace.open(workspace.path).settings.console
    assert (console.hosts, console.https, console.proxies) == (["jingkai.intranet"], True, 1)


def test_its_services_run_commands_that_there_are():
    units = re.findall(r"^```ini\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)
    commands = []
    for unit in units:
        read = configparser.ConfigParser(interpolation=None)
        read.optionxform = str
        read.read_string(unit)
        commands.append(read["Service"]["ExecStart"].split()[0].rsplit("/", 1)[1])
    assert commands == ["gunicorn", "jingkai"]
    pytest.importorskip("gunicorn")
