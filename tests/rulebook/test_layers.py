"""What a layer may change: parameters it is asked for, rules from a date, with a reason."""

from __future__ import annotations

import datetime as dt

import pytest

from jingkai.rulebook import RulebookError, load_rulebook
from tests.rulebook.tiny import rule_file

DAY = dt.date(2026, 7, 1)
NATIONAL = "conditions:\n  - {id: c, basis: 一, test: resident_enterprise}\n"
OWN = "conditions:\n  - {id: c, basis: 二, test: not resident_enterprise}\n"
FROM_JULY = "replaces: {from: 2026-07-01, why: 本区〔2026〕3号}\n"


@pytest.fixture
def folders(tmp_path):
    both = [tmp_path / "package", tmp_path / "zone"]
    for folder in both:
        folder.mkdir()
    return both


def load(folders):
    return load_rulebook(folders, examples_needed=False)


def test_a_layer_replaces_a_rule_from_its_day_on(folders):
    rule_file(folders[0], NATIONAL)
    rule_file(folders[1], FROM_JULY + OWN)
    rulebook = load(folders)
    before, after = (rulebook.on(DAY - dt.timedelta(days=n)).rules["probe"] for n in (1, 0))
    assert (before.layer, before.conditions[0].basis) == ("package", "一")
    assert (after.layer, after.conditions[0].basis) == ("zone", "二")
    assert [r.layer for r in rulebook.in_force(DAY)] == ["zone"]


def test_a_layer_may_not_change_a_rule_silently(folders):
    rule_file(folders[0], NATIONAL)
    rule_file(folders[1], OWN)
    with pytest.raises(RulebookError, match="changed silently"):
        load(folders)


def test_what_replaces_nothing_is_refused(folders):
    rule_file(folders[1], FROM_JULY + OWN)
    with pytest.raises(RulebookError, match="no layer below"):
        load(folders)


def test_a_layer_ends_a_rule_from_a_day(folders):
    rule_file(folders[0], NATIONAL)
    (folders[1] / "ended.yaml").write_text("probe: {from: 2026-07-01, why: 本区〔2026〕3号}\n")
    rulebook = load(folders)
    assert rulebook.in_force(DAY - dt.timedelta(days=1)) and not rulebook.in_force(DAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prbe: {from: 2026-07-01, why: x}\n", "did you mean `probe`"),
        ("probe: {from: 2026-07-01}\n", "why"),
        ("probe: 2026-07-01\n", "from: day"),
    ],
)
def test_a_wrong_ending_is_refused(folders, text, words):
    rule_file(folders[0], NATIONAL)
    (folders[1] / "ended.yaml").write_text(text)
    with pytest.raises(RulebookError, match=words):
        load(folders)


def test_a_zone_sets_a_list_and_a_day(folders):
    rule_file(
        folders[0],
        "parameters:\n  key_industries: {set_by: zone, type: codes, basis: 一}\n"
        "  since: {set_by: zone, type: date, basis: 一}\n"
        "conditions:\n  - id: c\n    basis: 一\n"
        '    test: "one_of(industry_code, key_industries) and established_on >= since"\n',
    )
    settings = folders[1] / "parameters.yaml"
    settings.write_text("probe: {key_industries: [C27, C39], since: 2020-01-01}\n")
    parameters = load(folders).rules["probe"].parameters
    assert parameters["key_industries"].at(DAY).codes == ("C27", "C39")
    assert parameters["since"].at(DAY).value == dt.date(2020, 1, 1)
    for wrong, words in (("key_industries: C27", "is a list"), ("since: 5", "no date")):
        settings.write_text(f"probe: {{{wrong}}}\n")
        with pytest.raises(RulebookError, match=words):
            load(folders)
