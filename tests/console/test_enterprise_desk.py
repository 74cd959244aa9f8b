"""The enterprise's desk: what it sees of itself and of nobody else, corrections, decisions on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("console")]
PDF = b"%PDF-1.7\nsynthetic\n"
RULE = "high_tech_enterprise"
TITLE = "high_tech_enterprise_title_held"


@pytest.fixture
def people(townspeople: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from django.core.cache import cache

    from jingkai.console.models import Correction, IssuedDecision

    cache.clear()
    yield townspeople
    Correction.objects.all().delete()
    IssuedDecision.objects.all().delete()


@pytest.fixture
def of(people: dict[str, Any]) -> Callable[[str], Any]:
    """Give a client that is signed in as one of the town's people."""
    from django.test import Client

    def client(name: str) -> Any:
        found = Client(SERVER_NAME="localhost", raise_request_exception=False)
        if name:
            found.force_login(people[name], "allauth.account.auth_backends.AuthenticationBackend")
        return found

    return client


def _text(response: Any) -> str:
    return str(response.content.decode())


def _ask(client: Any, column: str = "revenue_2025", new: str = "88001") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    proof = SimpleUploadedFile("审计 报告.pdf", PDF)
    return client.post(
        f"/my/facts/{column}/correct/", {"new": new, "note": "见附件", "evidence": proof}
    )


def _work() -> None:
    from django.core.management import call_command

    call_command(
        "db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0
    )


def test_an_enterprise_sees_its_rights_by_state_with_every_condition(
    of: Callable[[str], Any],
) -> None:
    client = of("firm_a")
    page = client.get("/my/?format=json").json()
    assert page["enterprise"]["key"] == "91999999000000001K"
    assert sum(page["counts"].values()) == sum(r["sort"] == "right" for r in page["rules"])
    text = _text(client.get("/my/"))
    for state, count in page["counts"].items():
        heading = re.search(rf'<h2 id="{state}">[^<]*<span class="soft">(\d+)', text)
        assert heading and int(heading[1]) == count
    for rule in page["rules"]:
        assert f"/my/rules/{rule['rule']}/" in text
    assert "差一步" in text
    assert "One step away" in _text(client.get("/my/?lang=en"))
    assert client.get("/my/?format=csv").content.decode("utf-8-sig").count("\n") > 70


def test_one_measure_at_a_time(of: Callable[[str], Any]) -> None:
    client = of("firm_a")
    page = client.get("/my/?measure=finance&format=json").json()
    assert {r["measure"] for r in page["rules"]} == {"finance"}
    assert client.get("/my/?measure=nothing").status_code == 404


@pytest.mark.parametrize("rule", [RULE, "innovative_sme_score", "smart_factory_grade"])
def test_a_rule_is_explained_to_its_articles_and_facts(of: Callable[[str], Any], rule: str) -> None:
    client = of("firm_a")
    page = client.get(f"/my/rules/{rule}/?format=json").json()
    line = page["rule"]
    assert line["conditions"] or line["parts"]
    text = _text(client.get(f"/my/rules/{rule}/"))
    for part in (*line["conditions"], *line["parts"]):
        assert part["title"] in text and part["basis"] in text
    assert f"/rules/{rule}/" in text
    for fact in page["facts"]:
        assert f"/my/facts/{fact['column']}/correct/" in text


@pytest.mark.parametrize("rule", ["no_such_rule", "zone_gdp"])
def test_a_rule_that_is_none_of_enterprises_is_not_there(
    of: Callable[[str], Any], rule: str
) -> None:
    client = of("firm_a")
    assert client.get(f"/my/rules/{rule}/").status_code == 404
    assert client.post(f"/my/rules/{rule}/paper/").status_code == 404


def test_facts_are_found_by_theme_and_by_name(of: Callable[[str], Any]) -> None:
    client = of("firm_a")
    finance = client.get("/my/facts/?theme=finance&format=json").json()["facts"]
    assert {f["theme"] for f in finance} == {"finance"}
    assert any(f["value"].endswith(" 万元") for f in finance)
    named = client.get("/my/facts/", {"q": "营业收入", "format": "json"}).json()["facts"]
    assert named and all("营业收入" in f["label"] for f in named)
    assert "没有这样的数据项" in _text(client.get("/my/facts/", {"q": "外星人"}))
    assert client.get("/my/facts/?theme=nothing").status_code == 404
    assert "/my/facts/zone/correct/" not in _text(client.get("/my/facts/"))


def test_a_wrong_value_is_told_on_the_form_and_what_was_typed_stays(
    of: Callable[[str], Any],
) -> None:
    client = of("firm_a")
    assert "税务部门" in _text(client.get("/my/facts/revenue_2025/correct/"))
    response = _ask(client, new="好多")
    assert response.status_code == 400
    assert "不是数字" in _text(response)
    assert 'value="好多"' in _text(response)
    assert client.get("/my/facts/revenue/correct/").status_code == 404
    assert client.get("/my/facts/zone/correct/").status_code == 400
    without = client.post("/my/facts/revenue_2025/correct/", {"new": "1"})
    assert "没有证明材料" in _text(without)
    told = client.post("/my/facts/revenue_2025/correct/?format=json", {"new": "1"}).json()
    assert (told["error"], told["what"]) == ("correction", "没有证明材料")


def test_a_correction_is_followed_from_asking_to_what_changed(
    of: Callable[[str], Any], people: dict[str, Any]
) -> None:
    from jingkai.console import corrections
    from jingkai.console.models import Correction

    client = of("firm_a")
    held = client.get("/my/facts/?q=高新技术企业证书&format=json").json()["facts"]
    value = "否" if next(f for f in held if f["column"] == TITLE)["value"] == "是" else "是"
    address = _ask(client, TITLE, value)["Location"]
    assert "待办理" in _text(client.get(address))
    assert "撤回申请" in _text(client.get(address))
    corrections.accept(Correction.objects.get(), people["science_officer"], "证书有效")
    waiting = _text(client.get(address))
    assert 'hx-trigger="every 2s"' in waiting and "撤回申请" not in waiting
    _work()
    text = _text(client.get(address))
    assert "已采纳并更新" in text and "证书有效" in text
    changed = client.get(f"{address}?format=json").json()["correction"]["changed"]
    assert changed
    assert all(c["title"] in text and c["after"] in text for c in changed)
    assert changed[0]["rule"] in client.get(f"{address}?format=json&lang=en").content.decode()
    rows = client.get("/my/corrections/?format=json").json()["corrections"]
    assert [r["state"] for r in rows] == ["applied"]


def test_it_is_taken_back_until_somebody_decides(
    of: Callable[[str], Any], people: dict[str, Any]
) -> None:
    from jingkai.console import corrections
    from jingkai.console.models import Correction

    client = of("firm_a")
    address = _ask(client)["Location"]
    assert client.post(address).status_code == 302
    assert "已撤回" in _text(client.get(address))
    address = _ask(client)["Location"]
    corrections.refuse(Correction.objects.get(state="submitted"), people["tax_officer"], "材料不清")
    late = client.post(address)
    assert late.status_code == 400 and "已经办理" in _text(late)
    assert "材料不清" in _text(client.get(address))


def test_nothing_of_one_enterprise_is_shown_to_another(of: Callable[[str], Any]) -> None:
    from jingkai.console.models import Correction, IssuedDecision

    mine, other = of("firm_a"), of("firm_b")
    address = _ask(mine)["Location"]
    proof = f"/evidence/{Correction.objects.get().evidence.get().pk}/"
    paper = mine.post(f"/my/rules/{RULE}/paper/")["Location"]
    for asked in (address, proof, paper):
        with closing(mine.get(asked)) as response:
            assert response.status_code == 200, asked
    for asked in (address, proof, paper):
        assert other.get(asked).status_code == 404, asked
    assert other.post(address).status_code == 404
    assert Correction.objects.get().state == "submitted"
    whole = "".join(
        _text(other.get(f"{page}?format=json"))
        for page in ("/my/", "/my/facts/", "/my/corrections/", f"/my/rules/{RULE}/")
    )
    assert "91999999000000001K" not in whole
    assert IssuedDecision.objects.get().number not in whole


def test_evidence_is_for_its_owner_and_the_office_that_decides_and_each_reading_is_written_down(
    of: Callable[[str], Any],
) -> None:
    from jingkai.console.models import Correction, TrailEntry

    _ask(of("firm_a"))
    correction = Correction.objects.get()
    address = f"/evidence/{correction.evidence.get().pk}/"
    for who in ("counter", "hr_officer", "far_officer", "firm_b"):
        assert of(who).get(address).status_code == 404, who
    before = TrailEntry.objects.filter(action="evidence.read").count()
    with closing(of("tax_officer").get(address)) as response:
        assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox"
    assert "no-store" in response["Cache-Control"]
    entry = TrailEntry.objects.filter(action="evidence.read").last()
    assert TrailEntry.objects.filter(action="evidence.read").count() == before + 1
    assert (entry.account, entry.about, entry.facts) == (
        "tax_officer", correction.enterprise, ["revenue_2025"],
    )  # fmt: skip
    assert (
        of("tax_officer").get("/evidence/00000000-0000-0000-0000-000000000000/").status_code == 404
    )


def test_a_decision_on_paper_says_everything_it_rests_on(of: Callable[[str], Any]) -> None:
    from jingkai.console.models import IssuedDecision
    from jingkai.console.opened import opened
    from jingkai.console.papers import digest_of

    client = of("firm_a")
    first = client.post(f"/my/rules/{RULE}/paper/")["Location"]
    assert client.post(f"/my/rules/{RULE}/paper/")["Location"] == first
    assert client.post(f"/my/rules/{RULE}/paper/?lang=en")["Location"] != first
    paper = IssuedDecision.objects.get(number=first.rpartition("/")[2].removesuffix(".pdf"))
    found: Any = opened()
    content = paper.content
    assert re.fullmatch(r"JK-\d{8}(-[0-9A-HJKMNP-TV-Z]{4}){4}", paper.number)
    assert (content["snapshot"], content["run"]) == (found.snapshot.id, found.run.id)
    assert content["rules"] == found.run.manifest["rulebook"]
    assert all(c["basis"] for c in content["conditions"])
    known = [f for f in content["facts"] if f["known"]]
    assert known and all(f["office"] and f["file"] and f["as_of"] for f in known)
    assert content["synthetic"]
    assert paper.digest == digest_of(content)
    response = client.get(first)
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'attachment; filename="{paper.number}.pdf"'
    assert paper.number in _text(client.get(f"/my/rules/{RULE}/"))


def test_a_paper_is_made_again_from_what_was_kept_of_it(
    of: Callable[[str], Any], people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingkai.console import papers
    from jingkai.console.models import IssuedDecision
    from jingkai.report import render

    client = of("firm_a")
    address = client.post(f"/my/rules/{RULE}/paper/")["Location"]
    pages: list[str] = []

    def write(html: str, path: Any, css: str = "") -> None:
        pages.append(html)
        path.write_bytes(b"%PDF-")

    monkeypatch.setattr(render, "write_pdf", write)
    monkeypatch.setattr("jingkai.console.opened.Opened.explainer", property(lambda _: 1 / 0))
    monkeypatch.setattr("jingkai.console.opened.Opened.run", property(lambda _: 1 / 0))
    paper = IssuedDecision.objects.get()
    assert papers.pdf_of(paper, "https://example.test/verify/") == b"%PDF-"
    assert client.get(address).status_code == 200
    content = paper.content
    for words in (content["verdict"], content["enterprise"]["name"], content["run"], paper.digest,
                  "不是行政机关的决定", content["synthetic"]):  # fmt: skip
        assert all(words in page for page in pages)


def test_anyone_may_verify_a_number_as_it_is_typed_from_paper(of: Callable[[str], Any]) -> None:
    from jingkai.console.models import IssuedDecision

    of("firm_a").post(f"/my/rules/{RULE}/paper/")
    paper = IssuedDecision.objects.get()
    anyone = of("")
    typed = paper.number.lower().replace("-", " ").replace("0", "o")
    typed = "jk " + paper.number[3:11] + typed[11:]
    response = anyone.get("/verify/", {"number": typed}, follow=True)
    text = _text(response)
    assert response.status_code == 200
    assert paper.content["title"] in text and paper.content["verdict"] in text
    assert paper.digest in text and "与现在一致" in text
    assert paper.enterprise not in text  # who has the paper has the code; others need not learn it
    assert "查验" in _text(anyone.get("/verify/"))
    IssuedDecision.objects.update(content={**paper.content, "verdict": "符合一切"})
    assert "内容与摘要不符" in _text(anyone.get(f"/verify/{paper.number}/"))


def test_a_sole_traders_name_is_not_told_to_whoever_has_the_number(
    of: Callable[[str], Any],
) -> None:
    from jingkai.console.models import IssuedDecision
    from jingkai.console.papers import digest_of

    of("firm_a").post(f"/my/rules/{RULE}/paper/")
    paper = IssuedDecision.objects.get()
    who = {**paper.content["enterprise"], "name": "王合成小吃店", "type": "个体工商户"}
    content = {**paper.content, "enterprise": who}
    IssuedDecision.objects.update(content=content, digest=digest_of(content))
    text = _text(of("").get(f"/verify/{paper.number}/"))
    assert "王**小吃店" in text and "王合成" not in text


def test_a_number_that_nobody_issued_is_said_so_and_guessing_ends(of: Callable[[str], Any]) -> None:
    from jingkai.console.models import IssuedDecision

    of("firm_a").post(f"/my/rules/{RULE}/paper/")
    known = f"/verify/{IssuedDecision.objects.get().number}/"
    anyone = of("")
    wrong = anyone.get("/verify/JK-20260630-AAAA-AAAA-AAAA-AAAA/")
    assert wrong.status_code == 404 and "没有这个编号" in _text(wrong)
    told = anyone.get("/verify/JK-20260630-AAAA-AAAA-AAAA-AAAA/?format=json")
    assert (told.status_code, told.json()["error"]) == (404, "not_found")
    assert anyone.get(known).status_code == 200
    answers = [anyone.get(f"/verify/JK-20260630-AAAA-AAAA-AAAA-{i:04}/") for i in range(20)]
    assert answers[-1].status_code == 429
    assert "十分钟" in _text(answers[-1])
    assert anyone.get(known).status_code == 429


def test_a_paper_that_no_longer_holds_is_told_so(
    of: Callable[[str], Any], people: dict[str, Any]
) -> None:
    from jingkai.console import corrections
    from jingkai.console.models import Correction, IssuedDecision

    client = of("firm_b")
    facts = client.get("/my/facts/?q=高新技术企业证书&format=json").json()["facts"]
    held = next(f for f in facts if f["column"] == TITLE)["value"]
    client.post("/my/rules/hte_income_tax_rate/paper/")
    paper = IssuedDecision.objects.get()
    _ask(client, TITLE, "否" if held == "是" else "是")
    corrections.accept(Correction.objects.get(), people["science_officer"])
    _work()
    now = client.get("/my/rules/hte_income_tax_rate/?format=json").json()["rule"]["word"]
    text = _text(of("").get(f"/verify/{paper.number}/"))
    assert ("结果已变化" in text) is (now != paper.content["verdict"])
    assert "更正" in _text(client.get("/my/corrections/"))


def test_reading_oneself_is_not_written_down_but_taking_a_paper_is(
    of: Callable[[str], Any],
) -> None:
    from jingkai.console.models import TrailEntry

    client = of("firm_a")
    before = TrailEntry.objects.count()
    for page in ("/my/", "/my/facts/", f"/my/rules/{RULE}/"):
        assert client.get(page).status_code == 200
    assert TrailEntry.objects.count() == before
    client.post(f"/my/rules/{RULE}/paper/")
    entry = TrailEntry.objects.last()
    assert (entry.action, entry.account, entry.detail["rule"]) == ("paper.issue", "firm_a", RULE)
