"""A long list in pages, the page in the address."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Paged", "paged"]


@dataclass(frozen=True, slots=True)
class Paged:
    """Which page of how many: `start` is its first row from 0; `before` and `after` None at the ends."""

    number: int
    of: int
    start: int
    before: int | None
    after: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def paged(rows: int, asked: str, a_page: int = 50) -> Paged:
    """Return the page that is asked for; the nearest there is where it is none.

    Parameters
    ----------
    rows
        How many there are.
    asked
        The page's number from 1, as the address has it; anything else means the first.
    a_page
        Rows a page.
    """
    last = max(1, -(-rows // a_page))
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    number = min(max(wanted, 1), last)
    return Paged(
        number,
        last,
        (number - 1) * a_page,
        number - 1 if number > 1 else None,
        number + 1 if number < last else None,
    )
