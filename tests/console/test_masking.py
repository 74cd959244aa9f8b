from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from jingkai.workspace import Workspace, WorkspaceError

pytestmark = pytest.mark.xdist_group("console")
SOLE = "92999999000000001A"
COMPANY = "91999999000000001K"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张**"),
        ("张三小吃店", "张**小吃店"),
        ("合成市李四五金经营部", "合**经营部"),
        ("王五", "王**"),
        ("王", "王**"),
        ("", ""),
    ],
)
def test_of_a_sole_traders_name_first_character_and_form_are_shown(
    site: Workspace, name: str, shown: str
) -> None:
    from jingkai.console.masking import shown_name, shown_names

    assert shown_name(name, SOLE) == shown
    frame = pl.DataFrame({"name": [name], "key": [SOLE]})
    assert frame.select(shown_names())["name"].to_list() == [shown]


def test_a_sole_trader_is_known_by_code_or_legal_form(site: Workspace) -> None:
    from jingkai.console.masking import shown_name, shown_names

    assert shown_name("张三有限公司", COMPANY) == "张三有限公司"
    assert shown_name("张三商行", "stock:600000", "个体工商户") == "张**行"
    frame = pl.DataFrame(
        {
            "name": ["张三有限公司", "张三商行", None, "李四商行"],
            "key": [COMPANY, "stock:1", SOLE, "stock:2"],
            "enterprise_type": ["有限责任公司", "个体工商户", None, None],
        }
    )
    found = frame.select(shown_names(form="enterprise_type"))["name"].to_list()
    assert found == ["张三有限公司", "张**行", None, "李四商行"]


def test_a_zone_may_switch_masking_off(site: Workspace) -> None:
    from django.test import override_settings

    from jingkai.console.masking import shown_name, shown_names

    with override_settings(MASK_SOLE_TRADERS=False):
        assert shown_name("张三", SOLE) == "张三"
        frame = pl.DataFrame({"name": ["张三"], "key": [SOLE]})
        assert frame.select(shown_names())["name"].to_list() == ["张三"]


def test_periods_below_what_the_law_asks_for_are_refused(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "area")
    file = workspace.path / "jingkai.toml"
    file.write_text(file.read_text() + "\n[console.retention]\nsign_ins = 30\n")
    with pytest.raises(WorkspaceError, match=r"retention\.sign_ins"):
        Workspace.open(workspace.path)
