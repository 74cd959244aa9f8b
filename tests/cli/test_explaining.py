"""What `jingkai explain` says about a refusal."""

from __future__ import annotations

import pytest

from jingkai.cli.explaining import print_reason
from jingkai.engine.examples import examples_of
from jingkai.explain.examples import explain_example


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", "只需“有股权要求的领域未设外商投资合伙企业”一项符合即可"),
        ("en", "“No foreign partnership where equity is limited” alone would do"),
    ],
)
def test_of_several_conditions_refused_the_one_that_would_do_is_named(
    rulebook, capsys, lang, words
):
    rule = rulebook.rules["foreign_investment_access"]
    title = "说明四：有股权要求而设合伙企业"
    example = next(e for e in examples_of(rule, rulebook) if e.title == title)
    print_reason(explain_example(rulebook, example, lang), lang, full=False)
    assert words in capsys.readouterr().out
