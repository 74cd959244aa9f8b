"""Pages made by hand: a zone with everything a page can show, and the nation."""

from __future__ import annotations

from fractions import Fraction

from jingkai.report.page import (
    Figure,
    ItemPoints,
    ItemSpread,
    MeasureUptake,
    NearMiss,
    Page,
    Printed,
    RankYear,
    RegionShares,
    RuleUptake,
    Standing,
    Track,
)

F = Fraction
SYNTHETIC = "按公布的全国总数随机生成，不反映任何真实企业或经开区（比例 0.01，种子 7）"
STAND_IN = "名次为试算：二级指标权重未公布，组内按等权（未核实）；标准化为本地的功效系数算式，不是商务部的算法"

UPTAKE = tuple(
    MeasureUptake(
        f"m{i}",
        title,
        (
            RuleUptake(f"r{i}a", f"{title}甲类认定", "企业", granted, refused, unknown),
            RuleUptake(f"r{i}b", f"{title}乙类认定", "企业", 3, 40, 1, verified=False),
        ),
    )
    for i, (title, granted, refused, unknown) in enumerate(
        [
            ("提升科创平台能级", 85_000, 900_000, 3_915_000),
            ("培育企业梯队", 41_200, 2_000_000, 2_858_800),
            ("利润再投资", 3_100, 20_000, 0),
            ("绿色低碳循环发展", 0, 4_800_000, 100_000),
            ("节约集约用地", 21_000, 2_500, 12_000),
            ("人才与产教融合", 610_000, 2_000_000, 2_290_000),
        ]
    )
)

NEAR = (
    NearMiss("high_tech_enterprise", "高新技术企业认定", "近三年研发费用占比", "第十一条（五）", "企业", 85_000, 90_000, 12_345, 3_400),
    NearMiss("little_giant", "专精特新“小巨人”企业认定", "近2年主营业务收入平均增长率不低于5%", "附件2一（二）", "企业", 1_200, 9_000, 2_210, 0),
    NearMiss("key_exporter", "重点外贸企业", "有进出口实绩", "", "企业", 40, 800, 800, None),
)  # fmt: skip


def _figure(indicator: str, title: str, unit: str, value: F | None, **more) -> Figure:
    return Figure(indicator, title, unit, value, more.pop("partial", value), more.pop("known", 232), more.pop("of", 232), **more)  # fmt: skip


def zone_page() -> Page:
    figures = (
        _figure("zone_gdp", "地区生产总值", "亿元", F("4208.35"), growth=F("0.056"), share=F("0.0249"), rank=2, ranked=232),
        _figure("trade_reported", "进出口总额", "亿元", F("5127.1"), growth=F("-0.031"), share=F("0.0479"), rank=1, ranked=232),
        _figure("foreign_capital_used_reported", "实际使用外资", "万美元", F(98_000), growth=F("-0.31"), share=F("0.036"), rank=3, ranked=231),
        _figure("high_tech_enterprises", "高新技术企业", "家", F(2150), rank=1, ranked=232, share=F("0.0253")),
        _figure("zone_gdp_growth", "地区生产总值名义增速", "", F("0.0562"), rank=120, ranked=230),
        _figure("assessed_energy_intensity", "规上工业单位增加值能耗", "tce/万元", F("0.21"), rank=40, ranked=228, less=True),
        _figure("foreign_capital_used_recorded", "实际使用外资（企业填报）", "万美元", None, partial=F(40_000), known=310, of=905),
        _figure("zone_solid_waste", "一般工业固体废物综合利用率", "", None, partial=None, known=0, of=1),
    )  # fmt: skip
    items = tuple(
        ItemPoints(group, title, F(30, 700), points, F("72.5"), above, gap, gap2, "980 万美元", needed)
        for group, title, points, above, gap, gap2, needed in [
            ("对外开放", "实际使用外资金额", F("81.2"), F("99"), F("-0.37"), F("0.76"), "1,204 万美元"),
            ("对外开放", "进出口总额", F("100"), F("88"), F("-1.18"), F("-0.51"), "仅靠此项不可达"),
            ("科技创新", "研发经费投入强度", None, F("70"), F("0.31"), F("0.25"), "3.1%"),
            ("科技创新", "省级及以上研发机构数", F("60"), F("75.1"), F("0.31"), F("0.38"), "41 家"),
            ("绿色发展", "规上工业单位增加值二氧化碳排放量", F("72.5"), F("72.5"), F(0), F(0), "0.8 tCO2/万元"),
        ]
    )  # fmt: skip
    ranks = (
        RankYear(2022, (5, 5), 217, (4, 4), 110, F("83.2"), F("83.2")),
        RankYear(2023, (4, 9), 229, (3, 7), 114, F("81.95"), F("84.1")),
        RankYear(2024, (2, 2), 232, (2, 2), 114, F("86.4"), F("86.4")),
    )
    return Page(
        "苏州工业园区", nation=False, year=2024, day="2025-01-01", about=("江苏", "东部"), synthetic=SYNTHETIC,
        stand_in=STAND_IN, figures=figures, ranks=ranks, items=items, above="广州经济技术开发区", warnings=(("降级备选名单", None),), uptake=UPTAKE,
        near=NEAR[:1], binding=NEAR, notes=("企业的研发费用有 13% 未知，相关规则待定。",), snapshot="0123456789abcdef", rules="fedcba9876543210",
    )  # fmt: skip


def nation_page() -> Page:
    figures = (
        _figure("zone_gdp", "地区生产总值", "亿元", F(169_000), growth=F("0.142"), printed=Printed("16.9万亿元", True, "12.5%", F(1_352_000), "国务院政策例行吹风会（2025-05-27）")),
        _figure("market_entities", "经营主体", "家", F(4_900_001), of=4_900_001, known=4_900_001, printed=Printed("超490万家", True)),
        _figure("high_tech_enterprises", "高新技术企业", "家", F(85_000), of=4_900_001, known=4_900_001, growth=F("0.164"), printed=Printed("8.5万家", True, "18.3%", F(464_481))),
        _figure("rd_bodies_reported", "省级及以上研发机构", "家", None, partial=F(14_200), known=229, printed=Printed("1.5万家以上", None)),
    )  # fmt: skip
    regions = tuple(
        RegionShares(title, (("东部", a), ("中部", b), ("西部", 1 - a - b)))
        for title, a, b in [
            ("经开区个数", F(114, 232), F(68, 232)),
            ("地区生产总值", F("0.64"), F("0.21")),
            ("实际使用外资", F("0.83"), F("0.11")),
            ("进出口总额", F("0.87"), F("0.06")),
        ]
    )
    names = ["苏州工业园区", "广州经济技术开发区", "天津经济技术开发区", "北京经济技术开发区", "昆山经济技术开发区",
             "库尔勒经济技术开发区", "江宁经济技术开发区", "宁波石化经济技术开发区", "青岛经济技术开发区", "南京经济技术开发区"]  # fmt: skip
    before = [1, 3, 2, 4, 7, 31, 5, 8, 6, 9]
    tracks = tuple(
        Track(n, ((2022, (b, b)), (2023, (i + 1, i + 1)), (2024, (i + 1, i + 1))))
        for i, (n, b) in enumerate(zip(names, before, strict=True))
    )
    standings = tuple(
        Standing(n, "江苏", "东部", (i + 1, i + 1), (i + 1, i + 1), F(90 - i), F(90 - i))
        for i, n in enumerate(names)
    )
    last = Standing(
        "某某经济技术开发区", "甘肃", "西部", (229, 232), (47, 50), F("61.2"), F("66"), None
    )
    spreads = tuple(
        ItemSpread(g, t, F(30, 700), q, m, u, missing)
        for g, t, q, m, u, missing in [
            ("对外开放", "实际使用外资金额", F("61.2"), F("63.5"), F("70"), 0),
            ("对外开放", "进出口总额", F("60.4"), F("62"), F("66"), 2),
            ("绿色发展", "园区二氧化碳排放量增长率", F("74"), F("81"), F("88"), 0),
            ("发展质量", "单位土地产出", None, None, None, 232),
        ]
    )
    return Page(
        "国家级经济技术开发区", nation=True, year=2024, day="2025-01-01", about=("232 个经开区",), synthetic=SYNTHETIC,
        stand_in=STAND_IN, figures=figures, regions=regions, tracks=tracks, standings=(*standings, last), spreads=spreads,
        uptake=UPTAKE, near=NEAR[:1], binding=NEAR, notes=("合成总数与公布数逐项相符。",), snapshot="0123456789abcdef", rules="fedcba9876543210",
    )  # fmt: skip
