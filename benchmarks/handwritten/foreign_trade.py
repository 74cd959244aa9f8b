"""Foreign trade 外贸."""

from __future__ import annotations

from benchmarks.handwritten.terms import UNKNOWN, Columns, all_of, c, last

__all__ = ["columns"]


def columns() -> Columns:
    """Return the columns of this measure's rules."""
    return {**_exporters(), **_digital(), **_hub(), **_integrated()}


def _exporters() -> Columns:
    rule, key = "exporter", "key_exporter"
    return {
        f"{rule}.registered": c("customs_registered"),
        f"{rule}.exported": last("export_value") > 0,
        rule: all_of(rule, "registered", "exported"),
        f"{key}.exporter": c(rule),
        f"{key}.large_enough": UNKNOWN,
        f"{key}.growing": UNKNOWN,
        key: all_of(key, "exporter", "large_enough", "growing"),
    }


def _digital() -> Columns:
    rule = "digital_service_exporter"
    names = ("exported", "chain_leader.in_key_chain", "large_enough", "share")
    return {
        f"{rule}.exported": last("digital_service_export") > 0,
        f"{rule}.large_enough": UNKNOWN,
        f"{rule}.share": UNKNOWN,
        rule: all_of(rule, *names),
    }


def _hub() -> Columns:
    rule, service = "hub_logistics_enterprise", c("hub_service")
    cargo = c(f"{rule}.supervised.applies")
    own = ("hub", "supervised", "area", "cargo")
    return {
        f"{rule}.hub": service.is_in(["hub_logistics", "distribution", "commodity"]),
        f"{rule}.supervised.applies": service.is_in(["hub_logistics", "distribution"]),
        f"{rule}.supervised": ~cargo | c("customs_supervised_site") | UNKNOWN,
        f"{rule}.area": ~cargo | UNKNOWN,
        f"{rule}.cargo": ~cargo | UNKNOWN,
        rule: all_of(rule, *own),
    }


def _integrated() -> Columns:
    rule, own = "integrated_trade_enterprise", ("share_from", "share_to", "large_enough")
    return {
        f"{rule}.sells_at_home": last("domestic_sales") > 0,
        **{f"{rule}.{name}": UNKNOWN for name in own},
        f"{rule}.same_line": c("same_line_products") | UNKNOWN,
        rule: all_of(rule, "key_exporter.exporter", "sells_at_home", *own, "same_line"),
    }
