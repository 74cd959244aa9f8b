"""Draws the README's picture: what `jingkai explain` really prints, in Chromium.

python docs/pictures/make.py EXPLAIN_ARGUMENTS...   # in a workspace; writes explain.png beside this file
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

_HERE = Path(__file__).parent
_WIDTH, _SIZE = 96, 15
_THEME = TerminalTheme(
    (255, 255, 255),
    (33, 37, 41),
    [(33, 37, 41), (200, 40, 40), (20, 128, 60), (170, 110, 0), (30, 90, 200), (140, 60, 160), (0, 120, 140), (90, 98, 104)],
    [(120, 128, 134)] * 8,
)  # fmt: skip
_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 18px 22px; background: #fff; color: #212529; }}
pre {{ margin: 0; font: {size}px/1.55 "Noto Sans Mono CJK SC", "Noto Sans CJK SC", monospace; }}
.dim, .r1 {{ }}
</style><pre>{code}</pre>"""


def main() -> None:
    """Run the command as on a terminal and photograph it."""
    words = ["jingkai", "explain", *sys.argv[1:]]
    environment = {
        **os.environ,
        "FORCE_COLOR": "1",
        "COLUMNS": str(_WIDTH),
        "TERM": "xterm-256color",
    }
    done = subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, check=True, env=environment
    )
    text = Text.from_ansi(f"$ {' '.join(words)}\n{done.stdout}".rstrip())
    console = Console(record=True, width=_WIDTH + 8, file=open(os.devnull, "w"), highlight=False)  # noqa: PTH123, SIM115
    console.print(text, soft_wrap=True)
    html = console.export_html(
        theme=_THEME,
        code_format=_PAGE.replace("{size}", str(_SIZE)).replace("{{ }}", ""),
        inline_styles=True,
    )
    lines = text.plain.count("\n") + 1
    browser = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    )
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, "utf-8")
        size = f"{_WIDTH * _SIZE // 2 + 60},{int(lines * _SIZE * 1.55) + 48}"
        subprocess.run(
            [browser, "--headless=new", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=2",
             f"--window-size={size}", f"--screenshot={_HERE / 'explain.png'}", page.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
