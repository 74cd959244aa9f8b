"""What the tour tells: for each desk its steps, in the order in which they make one story."""

from __future__ import annotations

from dataclasses import dataclass

from jingkai.console.roles import Role

__all__ = ["STOPS", "Step", "Stop"]


@dataclass(frozen=True, slots=True)
class Step:
    """A page to open, and what to see there; `title` and `see` by language.

    `arguments` and `query` complete the route; `largest_zones` adds the two largest zones to it.
    """

    route: str
    title: dict[str, str]
    see: dict[str, str]
    arguments: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    largest_zones: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A desk with its steps; of the role `anonymous`, what anyone opens."""

    role: Role
    title: dict[str, str]
    steps: tuple[Step, ...]


def _said(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


_PROJECT = (
    ("industry_code", "C3985"),
    ("fixed_investment", "50000"),
    ("foreign_share", "60"),
    ("negative_list_item", "no"),
    ("encouraged_item_national", "yes"),
    ("land_area", "80"),
    ("staff", "400"),
    ("tech_staff", "60"),
    ("revenue", "80000"),
    ("rd_expense", "4000"),
    ("core_ip_count", "8"),
)
_HIGH_TECH = ("high_tech_enterprise",)
STOPS = (
    Stop(
        Role.ANONYMOUS,
        _said("投资者和公众（不用登录）", "Investors and the public (no account)"),
        (
            Step(
                "zones",
                _said("找经开区", "Find a zone"),
                _said(
                    "按省份、地区筛选，按任一指标排序；名次旁写明数据是否齐全。",
                    "Filter by province and region, sort by any figure; beside a rank stands whether its data are whole.",
                ),
            ),
            Step(
                "compare",
                _said("两个经开区并排", "Two zones side by side"),
                _said(
                    "指标、名次、产业构成，以及规则在各区实际给了什么。",
                    "Figures, ranks, industries, and what the rules really grant in each.",
                ),
                largest_zones=True,
            ),
            Step(
                "try",
                _said("试算一个项目", "Try a project"),
                _said(
                    "外资占六成的电子材料项目：哪些区给什么，哪一条还缺什么、差多少。改一个数再算一次。",
                    "An electronic materials project, 60% foreign: what each zone grants, what is missing and by how much. Change a figure and try again.",
                ),
                query=_PROJECT,
            ),
            Step(
                "rule",
                _said("读一条规则", "Read a rule"),
                _said(
                    "条件逐条对应条款；参数有起止日期；算例写明刚好达到和差一分的两种结果。",
                    "Each condition with its article; parameters with their dates; examples on both sides of each line.",
                ),
                arguments=_HIGH_TECH,
            ),
        ),
    ),
    Stop(
        Role.ENTERPRISE,
        _said("企业", "Enterprise"),
        (
            Step(
                "my",
                _said("我的政策", "My entitlements"),
                _said(
                    "已享受的、只差一步的、缺哪份材料的，分开列出。演示企业的高新技术企业认定只差一条。",
                    "What is granted, what is one step away, which material is missing. The demo enterprise misses one condition of the high-tech recognition.",
                ),
            ),
            Step(
                "my_rule",
                _said("为什么没有通过", "Why it was refused"),
                _said(
                    "看到科技人员占比一条：现在多少、要多少、差多少、出自哪一条。",
                    "See the share of technical staff: what it is, what is needed, how far off, by which article.",
                ),
                arguments=_HIGH_TECH,
            ),
            Step(
                "my_facts",
                _said("更正一个数据", "Correct a fact"),
                _said(
                    "找到最近一年的科技人员数，按“更正”，填达到一成所需的人数，附一份 PDF 或图片作证明，提交。",
                    "Find the technical staff of the last year, choose to correct it, give the number that makes a tenth, attach a PDF or picture as evidence, send.",
                ),
            ),
            Step(
                "my_corrections",
                _said("跟进更正", "Follow the correction"),
                _said(
                    "经办人员采纳后，状态变为“已采纳并更新”，“我的政策”随之改变；在规则页可下载带编号的认定结果。",
                    "Once an officer has accepted it the state changes, and so do the entitlements; the rule's page gives the decision as a numbered PDF.",
                ),
            ),
            Step(
                "my_services",
                _said("确认一笔补贴", "Confirm a subsidy"),
                _said(
                    "部门共享的数据已经认定的，看清金额和依据，确认一次就等拨付，不用申请、不交材料；其他事项在这里申请。",
                    "What shared data already decide is confirmed once, with its amount and grounds, and then paid: no application, no material. Everything else is applied for here.",
                ),
            ),
            Step(
                "my_cases",
                _said("补正一个办件", "Answer a notice"),
                _said(
                    "外国人来华工作许可被一次性告知补正：逐条看缺什么，附文件后提交；期限、经过和可走的救济途径都在办件页。",
                    "The work permit waits for a correction: read all that is missing, attach it and send; deadlines, what happened and ways of appeal stand on the case.",
                ),
            ),
            Step(
                "my_visits",
                _said("谁来查过", "Who inspected"),
                _said(
                    "谁来过、谁要来、因为什么、查了什么，今年计入上限几次；可以提出异议，看答复。",
                    "Who came and comes, why and with what result, how many visits count this year; object, and read the answer.",
                ),
            ),
        ),
    ),
    Stop(
        Role.OFFICER,
        _said("经办人员", "Officer"),
        (
            Step(
                "desk",
                _said("办理更正", "Decide the correction"),
                _said(
                    "打开企业刚提交的申请：原值、新值、证明，以及采纳后哪些结果会变；写理由，采纳或不采纳。",
                    "Open what the enterprise sent: old and new value, evidence, what would change; accept or refuse with a reason.",
                ),
            ),
            Step(
                "call_list",
                _said("只差一步的企业", "Near misses to call"),
                _said(
                    "本区只差一条的企业，从差得最少的排起，可下载为表格。",
                    "Enterprises of the zone that one condition refused, nearest first, to download.",
                ),
            ),
            Step(
                "enterprises",
                _said("查一家企业", "Look up an enterprise"),
                _said(
                    "按名称、代码或行业查；打开一家，看数据的来源和日期、结果和理由、官方名单。每次查看都记入审计记录。",
                    "By name, code or industry; its facts with source and date, results with reasons, official lists. Each reading goes into the trail.",
                ),
            ),
            Step(
                "visits",
                _said("检查", "Inspections"),
                _said(
                    "本周要查的、逾期的、待批准的；一次检查从通知书到结果、异议和答复。办理用 demo-inspector 登录。",
                    "What is due this week, overdue or waits for approval; a visit from its notice to result, objection and answer. Sign in as demo-inspector to act.",
                ),
            ),
            Step(
                "imports",
                _said("装载一份登记表", "Load a register file"),
                _said(
                    "上传 Excel 或 CSV，先看列如何对应、哪些行被拒收，再确认；装载后还能撤销。",
                    "Upload Excel or CSV, see how columns map and which rows are rejected, confirm; it can be undone.",
                ),
            ),
            Step(
                "cases",
                _said("办一个件", "Handle a case"),
                _said(
                    "以 demo-planning 登录：逾期的、快到期的在最前；受理或一次告知补正，办结环节，准予或不予都写理由；延期由 demo-head 批准。",
                    "As demo-planning: what is late or soon due first; accept or notify of all defects, finish steps, grant or refuse with reasons; demo-head approves an extension.",
                ),
            ),
            Step(
                "payments",
                _said("拨付", "Pay"),
                _said(
                    "以 demo-finance 登录：已准予、尚未拨付的资金，下载清单，付款后登记凭证号。",
                    "As demo-finance: what was granted and is not paid yet, to download; register the voucher once it is paid.",
                ),
            ),
        ),
    ),
    Stop(
        Role.ZONE_ANALYST,
        _said("经开区分析人员", "Zone analyst"),
        (
            Step(
                "figures",
                _said("本区与全国", "The zone beside the nation"),
                _said(
                    "本区指标、增速、名次放在全国旁边。",
                    "The zone's figures, growth and ranks beside the nation's.",
                ),
            ),
            Step(
                "uptake",
                _said("政策落实", "Uptake"),
                _said(
                    "每条规则本区多少家符合、多少家因缺数据定不了。",
                    "How many of the zone each rule grants, and how many lack data.",
                ),
            ),
            Step(
                "service_measures",
                _said("政务服务“四减”", "Services: the four reductions"),
                _said(
                    "本区办件用了多少工作日、几个环节、多少材料、跑了几次，时间停在哪个部门，两段时期差多少；日志可下载为 CSV 或 XES。",
                    "How many working days, steps, materials and trips the zone's cases took, where they lay, what two periods differ in; the log as CSV or XES.",
                ),
            ),
        ),
    ),
    Stop(
        Role.MINISTRY_ANALYST,
        _said("部委分析人员", "Ministry analyst"),
        (
            Step(
                "figures",
                _said("全国指标", "The nation's figures"),
                _said(
                    "全国、地区、省份、经开区四级；只有汇总，没有任何一家企业的数据。",
                    "Nation, regions, provinces and zones; aggregates only, no enterprise's row.",
                ),
            ),
            Step(
                "assessment",
                _said("综合评价", "The assessment"),
                _said(
                    "名次及历年变化；数据不齐时名次是一个范围。",
                    "Ranks over the years; where data are missing a rank is a range.",
                ),
            ),
            Step(
                "reform_new",
                _said("试一项改革", "Try a reform"),
                _said(
                    "选高新技术企业认定，拖动科技人员占比门槛，提交；完成后看哪些地区、行业、规模的企业多了少了。",
                    "Choose the high-tech recognition, move the floor of technical staff, send; see which regions, industries and sizes gain or lose.",
                ),
                query=(("rule", "high_tech_enterprise"),),
            ),
        ),
    ),
    Stop(
        Role.AUDITOR,
        _said("审计人员", "Auditor"),
        (
            Step(
                "trail",
                _said("谁看了、谁改了", "Who read and who changed what"),
                _said(
                    "刚才的提交、采纳、查看都在这里；页面同时核对记录有没有被改动或缺号。",
                    "What was just sent, accepted and read is here; the page checks that nothing was changed or is missing.",
                ),
            ),
        ),
    ),
)
