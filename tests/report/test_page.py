"""The page as HTML: what it says, that it asks for nothing, how it looks in a browser, and its PDF."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import zlib
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jingkai.report.errors import ReportError
from jingkai.report.fonts import chinese_family
from jingkai.report.render import page_html, write_pdf
from tests.report.pages import nation_page, zone_page

pytestmark = pytest.mark.slow

pytest.importorskip("matplotlib", reason="matplotlib is not installed: no reports")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)  # fmt: skip
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")


@pytest.fixture(scope="module", params=[zone_page, nation_page], ids=["zone", "nation"])
def page(request):
    return request.param()


@pytest.fixture(scope="module")
def html(page) -> str:
    try:
        return page_html(page)
    except ReportError as error:
        pytest.skip(error.what)


@pytest.fixture(scope="module")
def pdf(html, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "page.pdf"
    try:
        write_pdf(html, path)
    except ReportError as error:
        pytest.skip(error.what)
    return path


class _Read(HTMLParser):
    """Collects elements, and the values of `<data>` by the indicator of their row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.values: dict[str, str] = {}
        self.row = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = {k: v or "" for k, v in attrs}
        self.tags.append((tag, found))
        self.row = found.get("data-indicator", self.row if tag != "tr" else "")
        if tag == "data" and self.row:
            self.values[self.row] = found["value"]


def test_the_page_asks_for_nothing_from_anywhere(html):
    read = _Read(html)
    assert not {t for t, _ in read.tags} & {"script", "link", "img", "iframe", "object", "embed"}
    for _, attributes in read.tags:
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert attributes.get(name, "#").startswith("#")
        assert not any(name.startswith("on") for name in attributes)
    assert "http" not in html and "@import" not in html
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", html))


def test_every_figure_of_the_page_stands_in_it_exactly(page, html):
    values = _Read(html).values
    for f in page.figures:
        stated = f.value if f.value is not None else f.partial
        assert (Fraction(values[f.indicator]) if f.indicator in values else None) == stated


def test_a_partial_sum_is_never_shown_as_a_total(html):
    for row in re.findall(r"<tr data-indicator.*?</tr>", html, re.DOTALL):
        if 'class="partial"' in row:
            assert "不是总数" in row and "已知" in row


def test_names_inside_drawings_are_used_once(html):
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)


def test_ranks_are_marked_while_weights_are_not_verified(page, html):
    ranks = html[html.index('<section id="ranks">') : html.index('<section id="uptake">')]
    for row in re.findall(r"<tr>.*?</tr>", ranks, re.DOTALL):
        if re.search(r"第\d+(—\d+)?名", row):
            assert "※" in row
    assert page.stand_in in ranks
    verified = page_html(dataclasses.replace(page, stand_in=""))
    assert "※" not in verified


def test_a_zones_page_says_whether_it_may_have_to_leave():
    assert "降级备选名单：待定" in page_html(zone_page())


def test_synthetic_data_say_so_and_real_data_do_not(page, html):
    assert "合成数据" in html.split("<h1>")[0] and "（合成数据）</title>" in html
    assert "合成数据" not in page_html(dataclasses.replace(page, synthetic=""))


def test_names_are_text_and_never_markup():
    page = dataclasses.replace(zone_page(), name="<b>甲</b>", above='"<script>"', notes=("a & b",))
    html = page_html(page)
    assert "&lt;b&gt;甲" in html and "<b>甲" not in html and "<script>" not in html
    assert "a &amp; b" in html


def test_a_page_of_nothing_says_what_is_missing():
    bare = dataclasses.replace(
        zone_page(), figures=(), ranks=(), items=(), uptake=(), near=(), binding=(), synthetic=""
    )
    html = page_html(bare)
    assert "<svg" not in html
    for words in ("没有可用的指标", "没有参加综合评价", "没有可用的认定结果", "没有仅因一项条件"):
        assert words in html


def test_fills_differ_without_colour(html):
    uptake = html[html.index('<section id="uptake">') : html.index('<section id="near">')]
    assert uptake.count("<pattern") >= 2


def test_the_same_page_gives_the_same_bytes(page, html):
    assert page_html(page) == html


def test_no_chinese_font_is_one_sentence_with_the_package():
    with pytest.raises(ReportError) as found:
        chinese_family(("No Such Family",))
    assert "fonts-noto-cjk" in found.value.hint


def test_the_pdf_is_a4_and_carries_its_chinese_fonts(pdf):
    inside = _unpacked(pdf.read_bytes())
    boxes = {tuple(map(float, b.split())) for b in re.findall(rb"/MediaBox \[([^\]]+)\]", inside)}
    assert {(round(w), round(h)) for *_, w, h in boxes} == {(595, 842)}
    fonts = {f.split(b"+")[-1] for f in re.findall(rb"/FontName /(\S+)", inside)}
    family = chinese_family().replace(" ", "-").encode()
    assert any(f.startswith(family) for f in fonts)
    assert all(f.split(b"-")[0] == family.split(b"-")[0] for f in fonts), fonts
    embedded = len(re.findall(rb"/FontFile\d? \d+ 0 R", inside))
    assert embedded == len(re.findall(rb"/FontDescriptor \d+ 0 R", inside))


def _unpacked(pdf: bytes) -> bytes:
    """Return a PDF with the contents of its packed streams behind it."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext here")
def test_every_page_of_the_pdf_says_that_data_are_synthetic(pdf):
    text = subprocess.run(
        ["pdftotext", str(pdf), "-"], capture_output=True, check=True
    ).stdout.decode()
    pages = text.split("\f")[:-1]
    assert len(pages) > 2
    assert all("合成数据" in p for p in pages)


@needs_chromium
@pytest.mark.parametrize(("width", "shown", "hidden"), [(390, "narrow", "wide"), (1100, "wide", "narrow")])  # fmt: skip
def test_in_a_browser_nothing_runs_over_and_no_labels_overlap(html, tmp_path, width, shown, hidden):
    found = _measured(html, width, tmp_path)
    assert found["scroll"] <= width
    assert found[shown] > 0 and found[hidden] == 0
    assert found["overlapping"] == []
    assert found["outside"] == []
    assert found["smallest"] >= 9


#: Put around the page in a frame of the width asked for; says what was laid out how.
_MEASURE = """
const doc = frame.contentDocument, seen = e => e.getClientRects().length > 0;
const found = {scroll: doc.documentElement.scrollWidth, overlapping: [], outside: [], smallest: 99,
  wide: [...doc.querySelectorAll('.wide')].filter(seen).length,
  narrow: [...doc.querySelectorAll('.narrow')].filter(seen).length};
for (const svg of [...doc.querySelectorAll('svg')].filter(seen)) {
  const place = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')];
  const boxes = texts.map(t => t.getBoundingClientRect());
  const scale = place.width / svg.viewBox.baseVal.width;
  boxes.forEach((a, i) => {
    found.smallest = Math.min(found.smallest, scale * parseFloat(texts[i].style.fontSize));
    if (a.left < place.left - 2 || a.right > place.right + 2) found.outside.push(texts[i].textContent);
    // Lines are a third higher than their letters.
    boxes.slice(i + 1).forEach((b, j) => {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > a.height / 3) found.overlapping.push([texts[i].textContent, texts[i + 1 + j].textContent]);
    });
  });
}
document.body.innerHTML = '<pre id="found"></pre>';
document.getElementById('found').textContent = JSON.stringify(found);
"""


def _measured(html: str, width: int, folder: Path) -> dict:
    wrapped = (
        f"<body><iframe id='frame' style='width:{width}px;height:2000px;border:0'></iframe><script>"
        f"const frame = document.getElementById('frame'); frame.onload = () => {{ {_MEASURE} }};"
        f"frame.srcdoc = {json.dumps(html).replace('</', '<' + chr(92) + '/')};</script></body>"
    )
    (folder / "frame.html").write_text(wrapped, "utf-8")
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
         "--window-size=1400,900", "--virtual-time-budget=5000", "--dump-dom", (folder / "frame.html").as_uri()],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    text = re.search(r'<pre id="found">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert text is not None, done.stdout.decode()[-2000:]
    return json.loads(text[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))
