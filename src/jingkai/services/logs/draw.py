"""The path map as SVG that stands alone: no font, picture or script of elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt
from xml.etree import ElementTree as Xml

from rich.cells import cell_len, set_cell_size

from jingkai.services.logs.layers import Layout, lay_out
from jingkai.services.logs.path_map import END, START, Passage, PathMap

__all__ = ["days_text", "draw_paths"]

#: Families with Chinese characters, one for each system.
_FONTS = (
    "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "'WenQuanYi Micro Hei',sans-serif"
)
_INK, _HEAVY, _PALE = "#16222b", "#9c2f12", "#7d8b94"
_TEXT, _SMALL, _CELL = 12.0, 11.0, 6.4
_LINE, _PAD, _MARGIN = 16.0, 10.0, 20.0
_MOST_CELLS, _MOST_LINES = 26, 2
_RISE = (52.0, 64.0)
_CLEAR = 9.0


def days_text(days: float | None) -> str:
    """Return days as people say them: 3.2 天, 5 小时, 4 分钟, 同时; empty for None."""
    if days is None:
        return ""
    if days == 0:
        return "同时"
    if days >= 1:
        return f"{days:.1f}".removesuffix(".0") + " 天"
    if days * 24 >= 1:
        return f"{days * 24:.0f} 小时"
    return f"{days * 1440:.0f} 分钟" if days * 1440 >= 1 else "不到 1 分钟"


def draw_paths(found: PathMap, title: str) -> str:
    """Draw a path map.

    Parameters
    ----------
    title
        Above the picture.

    Returns
    -------
    str
        An SVG document.
    """
    lines = {name: _lines(name) for name in found.counts}
    width = {n: _box_width(n, lines, found) for n in found.counts} | {START: 76.0, END: 76.0}
    words = {(p.before, p.after): _words(p) for p in found.passages}
    room = {a: cell_len(w) * _CELL * _SMALL / _TEXT + 8 for a, w in words.items()}
    layout = lay_out(
        [START, *found.counts, END],
        {(p.before, p.after): p.count for p in found.passages},
        width,
        room,
        _RISE,
    )
    caption = [
        part
        for text in found.caption
        for part in _folded(text, int(max(layout.width, 420) / _CELL))
    ]
    head = _MARGIN + 24 + _LINE * len(caption) + 16
    wide = max(layout.width, 420) + 2 * _MARGIN
    root = _root(wide, head + layout.height + _MARGIN, title, caption)
    shift = f"translate({_MARGIN + max(0, 420 - layout.width) / 2:.1f} {head:.1f})"
    drawing = Xml.SubElement(root, "g", {"transform": shift})
    most = max((p.count for p in found.passages), default=1)
    half = {n: _height(n, len(lines.get(n, []))) / 2 for n in width}
    for passage in sorted(found.passages, key=lambda p: (p.heavy, p.count)):
        _arrow(drawing, passage, layout, half, most)
    for passage in found.passages:
        _label(drawing, passage, layout.words[passage.before, passage.after])
    for name, (x, y) in layout.nodes.items():
        _box(drawing, name, x, y, width[name], lines.get(name, []), found)
    return Xml.tostring(root, encoding="unicode") + "\n"


def _root(width: float, height: float, title: str, caption: Sequence[str]) -> Xml.Element:
    root = Xml.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
            "role": "img",
            "font-family": _FONTS,
            "font-size": f"{_TEXT}",
        },
    )
    Xml.SubElement(root, "title").text = title
    Xml.SubElement(root, "desc").text = "；".join(caption)
    defs = Xml.SubElement(root, "defs")
    for name, ink in (("a", _PALE), ("h", _HEAVY)):
        marker = {"id": name, "viewBox": "0 0 8 8", "refX": "7", "refY": "4", "orient": "auto"}
        size = {"markerWidth": "9", "markerHeight": "9", "markerUnits": "userSpaceOnUse"}
        head = Xml.SubElement(defs, "marker", marker | size)
        Xml.SubElement(head, "path", {"d": "M0 0 8 4 0 8z", "fill": ink})
    Xml.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    _text(root, _MARGIN, _MARGIN + 10, title, size=16, weight="bold", anchor="start")
    for i, line in enumerate(caption):
        _text(root, _MARGIN, _MARGIN + 34 + i * _LINE, line, size=_SMALL, anchor="start")
    return root


def _folded(text: str, cells: int) -> list[str]:
    parts, rest = [], text
    while cell_len(rest) > cells:
        cut = set_cell_size(rest, cells).rstrip()
        parts.append(cut)
        rest = rest[len(cut) :].lstrip()
    return [*parts, rest]


def _lines(name: str) -> list[str]:
    """Break an activity's name into at most two lines; what is longer ends in …."""
    lines, line = [], ""
    for word in _units(name):
        if line and cell_len(line + word) > _MOST_CELLS:
            lines.append(line.strip())
            line = ""
        line += word
    lines.append(line.strip())
    if len(lines) > _MOST_LINES or any(cell_len(x) > _MOST_CELLS for x in lines):
        lines = [_cut(x) for x in lines[:_MOST_LINES]]
        last = lines[-1]
        lines[-1] = last if last.endswith("…") else _cut(last + " " * _MOST_CELLS)
    return lines


def _cut(line: str) -> str:
    if cell_len(line) <= _MOST_CELLS:
        return line
    return set_cell_size(line, _MOST_CELLS - 1).rstrip() + "…"


def _units(name: str) -> list[str]:
    """Return what a name may be broken between: Latin words, each Chinese character."""
    units: list[str] = []
    for sign in name:
        if units and cell_len(sign) == 1 and cell_len(units[-1][-1]) == 1 and units[-1][-1] != " ":
            units[-1] += sign
        else:
            units.append(sign)
    return units


def _count_text(name: str, found: PathMap) -> str:
    again = found.repeats.get(name)
    return f"{found.counts[name]:,} 次" + (f"，连续重复 {again:,}" if again else "")


def _box_width(name: str, lines: Mapping[str, Sequence[str]], found: PathMap) -> float:
    texts = (*lines[name], _count_text(name, found))
    return max(cell_len(t) for t in texts) * _CELL + 2 * _PAD


def _words(passage: Passage) -> str:
    return (
        f"{passage.count:,} · {days_text(passage.days)}"
        if passage.days is not None
        else f"{passage.count:,}"
    )


def _box(
    drawing: Xml.Element,
    name: str,
    x: float,
    y: float,
    width: float,
    lines: Sequence[str],
    found: PathMap,
) -> None:
    height = _height(name, len(lines))
    end = name in (START, END)
    corner = height / 2 if end else 4
    group = Xml.SubElement(drawing, "g")
    Xml.SubElement(group, "title").text = {START: "开始", END: "结束"}.get(name, name)
    Xml.SubElement(
        group,
        "rect",
        {
            "x": f"{x - width / 2:.1f}",
            "y": f"{y - height / 2:.1f}",
            "width": f"{width:.1f}",
            "height": f"{height:.1f}",
            "rx": f"{corner:.0f}",
            "fill": "#e4ebee" if end else "#ffffff",
            "stroke": _INK,
        },
    )
    if end:
        _text(group, x, y, "开始" if name == START else "结束", weight="bold")
        return
    top = y - len(lines) * _LINE / 2
    for i, line in enumerate(lines):
        _text(group, x, top + i * _LINE, line)
    _text(group, x, top + len(lines) * _LINE, _count_text(name, found), size=_SMALL, weight="bold")


def _height(name: str, lines: int) -> float:
    return 30.0 if name in (START, END) else (lines + 1) * _LINE + 10


def _arrow(
    drawing: Xml.Element, passage: Passage, layout: Layout, half: Mapping[str, float], most: int
) -> None:
    arrow = (passage.before, passage.after)
    upper, lower = arrow[::-1] if arrow in layout.turned else arrow
    points = [*layout.routes[arrow]]
    points[0] = (points[0][0], points[0][1] + half[upper])
    points[-1] = (points[-1][0], points[-1][1] - half[lower])
    if arrow in layout.turned:
        points.reverse()
    Xml.SubElement(
        drawing,
        "path",
        {
            "d": _curve(points),
            "fill": "none",
            "stroke": _HEAVY if passage.heavy else _PALE,
            "stroke-width": f"{1 + 4 * sqrt(passage.count / most):.1f}",
            "marker-end": "url(#h)" if passage.heavy else "url(#a)",
        },
    )


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Return a curve through the points that goes upright through each, clear of words beside it."""
    said = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    inner = len(points) - 2
    for i, ((x0, y0), (x1, y1)) in enumerate(pairwise(points)):
        down = _CLEAR if y1 > y0 else -_CLEAR
        y0, y1 = y0 + (down if i else 0), y1 - (down if i < inner else 0)
        half = (y0 + y1) / 2
        said.append(f"L{x0:.1f} {y0:.1f}" if i else "")
        said.append(f"C{x0:.1f} {half:.1f} {x1:.1f} {half:.1f} {x1:.1f} {y1:.1f}")
    return "".join(said)


def _label(drawing: Xml.Element, passage: Passage, at: tuple[float, float]) -> None:
    ink, weight = (_HEAVY, "bold") if passage.heavy else (_INK, "normal")
    text = _text(drawing, *at, _words(passage), size=_SMALL, weight=weight)
    text.set("fill", ink)
    text.attrib |= {"stroke": "#ffffff", "stroke-width": "4", "paint-order": "stroke"}


def _text(
    above: Xml.Element,
    x: float,
    y: float,
    words: str,
    *,
    size: float = _TEXT,
    weight: str = "normal",
    anchor: str = "middle",
) -> Xml.Element:
    text = Xml.SubElement(
        above,
        "text",
        {
            "x": f"{x:.1f}",
            "y": f"{y:.1f}",
            "dy": ".36em",
            "font-size": f"{size:g}",
            "font-weight": weight,
            "text-anchor": anchor,
            "fill": _INK,
        },
    )
    text.text = words
    return text
