import re
from pathlib import Path

import pytest

from jingkai.vocabulary import SourceError, VocabularyError, load_vocabulary, read_yaml

SHIPPED = Path(load_vocabulary.__wrapped__.__code__.co_filename).parent


def test_every_entity_has_its_facts(vocabulary):
    assert {"enterprise", "zone", "investment"} <= vocabulary.entities.keys()
    assert sum(len(e.facts) for e in vocabulary.entities.values()) >= 70


def test_every_fact_is_labelled_defined_and_sourced(vocabulary):
    for entity in vocabulary.entities.values():
        for fact in entity.facts.values():
            assert fact.label.zh and fact.label.en and fact.definition.zh and fact.source.document
            assert fact.holder in vocabulary.offices
            if fact.numeric:
                assert fact.bound * 2 < 2**63


def test_no_two_facts_of_an_entity_share_a_label(vocabulary):
    for entity in vocabulary.entities.values():
        labels = [f.label.zh for f in entity.facts.values()]
        assert len(labels) == len(set(labels))


def test_a_title_makes_three_facts(vocabulary):
    facts = vocabulary.entities["enterprise"].facts
    assert [facts[f"little_giant_title_{p}"].type for p in ("held", "from", "to")] == [
        "bool",
        "date",
        "date",
    ]


def test_a_title_is_proved_by_its_certificate(vocabulary):
    titles = vocabulary.titles
    assert titles["encouraged_project_confirmation"].certificate.zh.endswith("项目确认书")
    held = vocabulary.entities["enterprise"].facts["little_giant_title_held"]
    assert held.material is not None and held.material.zh.endswith("称号证书")


def test_an_industry_code_is_taken_below_its_division(vocabulary):
    codes = vocabulary.codes["gbt4754"]
    assert codes.valid("C2710") and codes.valid("C27") and codes.valid("H")
    assert not codes.valid("Z99") and not codes.valid("C9999")


def test_columns_name_their_fact_and_year(vocabulary):
    entity = vocabulary.entities["enterprise"]
    fact, year = entity.column("revenue_2024")
    assert (fact.name, year) == ("revenue", 2024)
    assert entity.column("revenue") is None and entity.column("nothing_2024") is None


def test_a_wrong_fact_is_reported_with_file_and_line(tmp_path):
    for name in ("offices.yaml", "titles.yaml", "units.yaml"):
        (tmp_path / name).write_text((SHIPPED / name).read_text("utf-8"), "utf-8")
    (tmp_path / "codes").mkdir()
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "enterprise.yaml").write_text(
        "entity: enterprise\ntitle: {zh: 企业, en: E}\nfacts:\n  x:\n    type: money\n    unit: 斤\n"
        "    holder: nobody\n    label: {zh: 甲, en: X}\n    definition: {zh: 乙, en: Y}\n    source: {document: 丙}\n",
        "utf-8",
    )
    with pytest.raises(VocabularyError) as caught:
        load_vocabulary(tmp_path)
    assert "enterprise.yaml:4" in str(caught.value)


def test_a_key_written_twice_is_refused(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\nb: 2\na: 3\n")
    with pytest.raises(SourceError, match="两次") as caught:
        read_yaml(path)
    assert caught.value.where.endswith("a.yaml:3")


def test_broken_yaml_names_its_line(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\nb: [1, 2\n")
    with pytest.raises(SourceError, match="不是有效的 YAML"):
        read_yaml(path)


def test_plain_scalars_stay_exact_text(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: 0.1\nb: 2024-01-01\nc: true\nd: 'true'\ne: ~\n")
    assert read_yaml(path).data == {
        "a": "0.1",
        "b": "2024-01-01",
        "c": True,
        "d": "true",
        "e": None,
    }


def test_no_label_is_another_facts_once_its_brackets_are_left_out(vocabulary):
    """A template's headers carry units in brackets, which reading them back takes away."""
    for entity in vocabulary.entities.values():
        names = {word: f.name for f in entity.facts.values() for word in (f.label.zh, *f.aliases)}
        for fact in entity.facts.values():
            for word in (fact.label.zh, *fact.aliases):
                bare = re.sub(r"（[^）]*）|\([^)]*\)", "", word)
                assert names.get(bare, fact.name) == fact.name, (entity.id, fact.name, word)
