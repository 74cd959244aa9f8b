"""The draw itself: a few lines that anyone can write again from the published files.

Units of a stratum are ranked by HMAC-SHA256 of their published id under the seed; the first ones are
drawn. With one id in every list the lists share their ranks (permanent random numbers, as in sample
co-ordination of official statistics), so that what several offices draw falls together.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor

__all__ = [
    "ALGORITHM",
    "draw_first",
    "nonce_of",
    "number_drawn",
    "pseudonym",
    "rank_of",
    "ranked",
    "seed_text",
    "sha256_text",
]

ALGORITHM = "jingkai-inspect-1"


def seed_text(parts: Sequence[str]) -> str:
    """Return the seed of several parties' parts: one a line, in the order announced."""
    return "\n".join(part.strip() for part in parts)


def sha256_text(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal: what commits to it."""
    return hashlib.sha256(text.encode()).hexdigest()


def rank_of(seed: str, text: str) -> str:
    """Return HMAC-SHA256 of a text under the seed, in hexadecimal; smaller comes first."""
    return hmac.digest(seed.encode(), text.encode(), "sha256").hex()


def ranked(seed: str, texts: Iterable[str]) -> list[str]:
    """Return the ranks of many texts, in their order."""
    key = seed.encode()
    return [hmac.digest(key, text.encode(), "sha256").hex() for text in texts]


def draw_first(seed: str, ids: Sequence[str], number: int) -> list[str]:
    """Return the ids drawn from one stratum: the first by rank."""
    return sorted(ids, key=lambda name: rank_of(seed, name))[:number]


def number_drawn(size: int, ratio: Fraction) -> int:
    """Return how many of a stratum are drawn: its size times the ratio, a half rounded up."""
    return floor(size * ratio + Fraction(1, 2))


def nonce_of(salt: str, key: str) -> str:
    """Return an enterprise's own nonce, from the plan's secret salt; one tells nothing of another."""
    return rank_of(salt, key)


def pseudonym(nonce: str, scope: str, key: str) -> str:
    """Return the id under which an enterprise stands in a published list, 32 hexadecimal digits.

    Parameters
    ----------
    nonce
        Its own, which only it and the office know: without it an id cannot be tied to a name.
    scope
        ``joint``, or the number of the draw where lists are ranked apart.
    key
        Its credit code.
    """
    return rank_of(nonce, f"{scope}|{key}")[:32]
