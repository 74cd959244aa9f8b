"""What every chart is drawn with: a sheet in pixels, two widths, inks that print, SVG that stands alone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

from jingkai.report.figures import em_width
from jingkai.report.fonts import STACK, chinese_family

__all__ = ["GRID", "INK", "NARROW", "PALE", "STRONG", "WIDE", "Sheet", "draw_chart", "shorten"]

#: Widths of a chart in CSS pixels: on a desk or on paper, and on a phone.
WIDE, NARROW = 680, 346

INK, STRONG, PALE, GRID = "#16222b", "#1c4a60", "#c9d6dc", "#d4d9dc"
_TEXT = 11.5
_SMALL = 10.5


class Sheet:
    """A drawing of so many pixels, from whose corner everything is placed.

    Parameters
    ----------
    width, height
        In CSS pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.narrow = width < WIDE
        self.figure: Any = Figure(figsize=(width / 72, height / 72), dpi=72)
        FigureCanvasSVG(self.figure)

    def axes(self, left: float, top: float, right: float, bottom: float) -> Any:
        """Return axes with so many pixels around them; bare, but for what a chart puts on."""
        across, down = self.width - left - right, self.height - top - bottom
        box = (left / self.width, bottom / self.height, across / self.width, down / self.height)
        axes = self.figure.add_axes(box)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(length=0, labelsize=_SMALL, colors=INK)
        return axes

    def text(self, x: float, y: float, words: str, **style: Any) -> None:
        """Write words at so many pixels from the left and from the top."""
        style = {"fontsize": _TEXT, "color": INK, "va": "center", **style}
        self.figure.text(x / self.width, 1 - y / self.height, words, **style)

    def key(self, y: float, *entries: tuple[str, dict[str, Any]]) -> None:
        """Write a legend from the left: a patch or marker and its word for each entry.

        A patch is told by `facecolor`; anything else is a line with a marker.
        """
        x = 0.0
        for words, style in entries:
            room = 28 + em_width(words) * _SMALL
            if x and x + room > self.width:
                x, y = 0.0, y + 18
            self._symbol(x, y, style)
            self.text(x + 24, y, words, fontsize=_SMALL)
            x += room + 16

    def _symbol(self, x: float, y: float, style: dict[str, Any]) -> None:
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        across, down = x / self.width, 1 - y / self.height
        if "facecolor" in style:
            size = 18 / self.width, 10 / self.height
            patch = Rectangle(
                (across, down - size[1] / 2), *size, transform=self.figure.transFigure, **style
            )
            self.figure.add_artist(patch)
            return
        ends = (across, across + 9 / self.width, across + 18 / self.width)
        line = Line2D(ends, [down] * 3, transform=self.figure.transFigure, markevery=[1], **style)
        self.figure.add_artist(line)

    def svg(self, name: str, label: str) -> str:
        """Return the drawing as one `<svg>` element that scales with its place.

        Parameters
        ----------
        name
            Keeps the names inside apart from those of other drawings on the page.
        label
            What a screen reader says.
        """
        target = io.StringIO()
        self.figure.savefig(target, format="svg", metadata=dict.fromkeys(_METADATA))
        return _inline(target.getvalue(), name, label)


_METADATA = ("Creator", "Date", "Format", "Type")
_RULES: dict[str, Any] = {
    "svg.fonttype": "none",
    "axes.unicode_minus": True,
    "hatch.linewidth": 0.7,
    "hatch.color": INK,
    "font.size": _TEXT,
    "text.color": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "lines.solid_capstyle": "butt",
    "path.simplify": True,
}


def draw_chart(name: str, label: str, draw: Callable[[int], Sheet]) -> dict[str, str]:
    """Return a chart at both widths: ``wide`` and ``narrow`` SVG.

    Parameters
    ----------
    name, label
        The chart's id on the page, and its sentence for who cannot see it.
    draw
        Draws it at a width in pixels.
    """
    import matplotlib

    found = {}
    for kind, width in (("wide", WIDE), ("narrow", NARROW)):
        rules: Any = _RULES | {
            "font.family": [chinese_family()],
            "svg.hashsalt": f"{name}-{kind}",
        }
        with matplotlib.rc_context(rules):
            found[kind] = draw(width).svg(f"{name}-{kind}", label)
    return found


def _inline(svg: str, name: str, label: str) -> str:
    """Strip what only a file needs: prolog, metadata, fixed size, names of fonts and unprefixed ids."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r" font-family: [^;\"]*;?", "", svg)
    svg = re.sub(r' transform="rotate\(-?0 [^)]*\)"', "", svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'xlink:href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    size = re.search(r'viewBox="0 0 (\S+) (\S+)"', svg)
    assert size is not None
    head = (
        f'<svg viewBox="{size[0][9:-1]}" width="{size[1]}" height="{size[2]}" role="img"'
        f' aria-label="{_attribute(label)}" font-family="{", ".join(STACK)}, sans-serif">'
    )
    return head + svg[svg.index(">") + 1 :].strip()


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def shorten(text: str, ems: float) -> str:
    """Return a text that is at most so many Chinese characters wide, cut with … where it is longer."""
    if em_width(text) <= ems:
        return text
    while text and em_width(text) > ems - 1:
        text = text[:-1]
    return text + "…"
