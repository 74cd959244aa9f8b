"""The checked rulebook is kept by hash, and never outlives a change or a damage."""

from __future__ import annotations

import pytest

from jingkai.rulebook import RulebookError, load_rulebook, stored_rulebook
from tests.rulebook.tiny import rule_file


def _folder(tmp_path, floor: str = "10 %"):
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    text = (
        f"parameters:\n  floor: {{value: {floor}, basis: 一}}\n"
        "conditions:\n  - {id: c, basis: 一, test: foreign_share >= floor}\n"
        "examples:\n"
        "  - {title: 一, as_of: 2024-01-01, given: {foreign_share: 90 %}, expect: granted}\n"
        "  - {title: 二, as_of: 2024-01-01, given: {foreign_share: 1 %}, expect: refused}\n"
        "  - {title: 三, as_of: 2024-01-01, given: {}, expect: undetermined}\n"
    )
    rule_file(folder, text, name="kept")
    return folder


def test_the_second_time_it_is_read_not_checked(tmp_path, monkeypatch):
    folder, cache = _folder(tmp_path), tmp_path / "cache"
    first = stored_rulebook([folder], cache)
    monkeypatch.setattr("jingkai.rulebook.stored.load_rulebook", lambda _: pytest.fail("checked"))
    second = stored_rulebook([folder], cache)
    assert second.hash == first.hash == load_rulebook([folder]).hash
    assert second.rules["kept"].source == first.rules["kept"].source
    assert len(list(cache.glob("*.pickle"))) == 1


def test_a_change_is_checked_anew(tmp_path):
    cache = tmp_path / "cache"
    before = stored_rulebook([_folder(tmp_path)], cache)
    after = stored_rulebook([_folder(tmp_path, "20 %")], cache)
    assert before.hash != after.hash
    folder = _folder(tmp_path, "20 万元")  # a share against money
    for _ in range(2):  # what is wrong is said each time, not kept
        with pytest.raises(RulebookError):
            stored_rulebook([folder], cache)


def test_a_damaged_file_is_not_used(tmp_path):
    folder, cache = _folder(tmp_path), tmp_path / "cache"
    stored_rulebook([folder], cache)
    kept = next(cache.glob("*.pickle"))
    kept.write_bytes(kept.read_bytes()[:100])
    assert "kept" in stored_rulebook([folder], cache).rules
