"""Supply chain 产业链."""

from __future__ import annotations

from benchmarks.handwritten.terms import UNKNOWN, Columns, all_of, any_of, c

__all__ = ["columns"]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {**_key_link(), **_sole_source()}


def _key_link() -> Columns:
    rule = "key_link_enterprise"
    return {
        f"{rule}.key_link": c("key_link_product"),
        f"{rule}.standing": (c("market_share") >= 10_000_000) | (c("domestic_market_rank") <= 3),
        rule: all_of(rule, "key_link", "chain_leader.in_key_chain", "standing"),
    }


def _sole_source() -> Columns:
    rule = "sole_source_exposure"
    return {
        f"{rule}.sole_source": c("key_input_suppliers") <= 1,
        f"{rule}.concentrated": UNKNOWN,
        f"{rule}.one_place_abroad": UNKNOWN,
        f"{rule}.no_alternative": ~c("alternative_validated"),
        rule: any_of(rule, "sole_source", "concentrated", "one_place_abroad")
        & c(f"{rule}.no_alternative"),
    }
