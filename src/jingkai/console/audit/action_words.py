"""What the actions of the trail are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jingkai.services.case_machine import STEPS

__all__ = ["action_text", "detail_text", "role_text"]

_ACTIONS = {
    **{f"case.{kind}": (step.zh, step.en.lower()) for kind, step in STEPS.items()},
    "case.read": ("查看办件", "case read"),
    "cases.export": ("导出办件", "cases exported"),
    "cases.read": ("查看办件列表", "cases listed"),
    "account.add": ("新建账户", "account added"),
    "account.change": ("更改账户", "account changed"),
    "account.locked": ("登录暂停（多次输错）", "sign-in paused"),
    "account.password": ("更改密码", "password changed"),
    "account.second_factor_failed": ("动态口令输错", "second factor failed"),
    "account.second_factor_off": ("停用动态口令", "second factor off"),
    "account.second_factor_on": ("启用动态口令", "second factor on"),
    "account.second_factor_reset": ("重新生成恢复代码", "recovery codes made anew"),
    "account.sign_in": ("登录", "signed in"),
    "account.sign_in_failed": ("登录失败", "sign-in failed"),
    "account.sign_out": ("退出", "signed out"),
    "body.refused": ("提交内容过大被拒绝", "oversized body refused"),
    "calls.export": ("导出临界名单", "call list exported"),
    "calls.read": ("查看临界名单", "call list read"),
    "correction.accept": ("采纳更正", "correction accepted"),
    "correction.apply": ("更正生效", "correction applied"),
    "correction.read": ("查看更正", "correction read"),
    "correction.refuse": ("不采纳更正", "correction refused"),
    "correction.submit": ("提出更正", "correction asked for"),
    "correction.withdraw": ("撤回更正", "correction withdrawn"),
    "corrections.export": ("导出待办更正", "waiting corrections exported"),
    "corrections.read": ("查看待办更正", "waiting corrections read"),
    "decide.start": ("发起认定", "decision run started"),
    "enterprise.export": ("导出企业数据", "enterprise exported"),
    "enterprise.read": ("查看企业", "enterprise read"),
    "enterprises.export": ("导出企业名单", "list of enterprises exported"),
    "evidence.read": ("查看证明材料", "evidence read"),
    "file.refused": ("文件未接收", "file refused"),
    "file.stored": ("收下文件", "file stored"),
    "identity.failed": ("统一身份认证未完成", "outer sign-in failed"),
    "identity.refused": ("外部身份被拒绝", "outer identity refused"),
    "import.confirm": ("确认导入", "import confirmed"),
    "import.discard": ("放弃导入", "import discarded"),
    "import.loaded": ("导入已装载", "import loaded"),
    "import.preview": ("预览导入", "import previewed"),
    "import.read": ("查看导入", "import read"),
    "import.undo": ("发起撤销导入", "undoing an import started"),
    "import.undone": ("导入已撤销", "import undone"),
    "ledger.export": ("导出检查台账", "ledger of inspections exported"),
    "ledger.read": ("查看检查台账", "ledger of inspections read"),
    "offers.export": ("导出待确认名单", "list of unconfirmed payments exported"),
    "offers.read": ("查看待确认名单", "list of unconfirmed payments read"),
    "payments.export": ("导出待拨付清单", "list of payments exported"),
    "payments.read": ("查看待拨付清单", "list of payments read"),
    "paper.issue": ("出具认定结果", "decision issued on paper"),
    "repairs.export": ("导出信用修复名单", "list of credit repairs exported"),
    "repairs.read": ("查看信用修复名单", "list of credit repairs read"),
    "reform.start": ("发起改革测算", "reform started"),
    "request.forged": ("伪造或过期的表单", "forged or stale form"),
    "request.refused": ("越权访问被拒绝", "request refused"),
    "retention.delete": ("到期删除", "deleted past its period"),
    "token.add": ("新建接口密钥", "token made"),
    "token.refused": ("接口密钥被拒绝", "token refused"),
    "token.revoke": ("作废接口密钥", "token revoked"),
    "token.scope": ("接口密钥超出范围", "token beyond its scope"),
    "trail.export": ("导出审计记录", "trail exported"),
    "trail.seal": ("审计记录归档", "trail archived"),
    "visit.answered": ("答复检查异议", "objection to an inspection answered"),
    "visit.approved": ("批准检查", "inspection approved"),
    "visit.arrived": ("扫码入企", "inspectors arrived"),
    "visit.assign": ("分派检查计划", "plan of inspections put on the desks"),
    "visit.cancelled": ("取消检查", "inspection cancelled"),
    "visit.code_wrong": ("检查码不对", "wrong code of an inspection"),
    "visit.declined": ("不批准检查", "inspection not approved"),
    "visit.follow_up": ("要求后续处理", "follow-up of an inspection asked for"),
    "visit.followed": ("后续处理完成", "follow-up of an inspection done"),
    "visit.moved": ("检查改期", "inspection moved to another day"),
    "visit.objected": ("对检查提出异议", "objection to an inspection"),
    "visit.proposed": ("提出计划外检查", "inspection outside the plan proposed"),
    "visit.read": ("查看检查", "inspection read"),
    "visit.result": ("录入检查结果", "result of an inspection recorded"),
    "visits.export": ("导出检查清单", "inspections exported"),
}
_ROLES = {
    "": ("", ""),
    "anonymous": ("未登录", "not signed in"),
    "enterprise": ("企业", "enterprise"),
    "officer": ("经办人员", "officer"),
    "zone_analyst": ("经开区分析人员", "zone analyst"),
    "ministry_analyst": ("部委分析人员", "ministry analyst"),
    "auditor": ("审计人员", "auditor"),
    "system": ("系统", "system"),
}

_DETAILS = {
    "asked": "所求",
    "before": "之前",
    "by": "方式",
    "bytes": "字节",
    "case": "办件",
    "cases": "办件数",
    "changed": "更改项",
    "column": "数据项",
    "correction": "更正",
    "corrections": "更正件数",
    "count": "数量",
    "days": "天数",
    "digest": "末条摘要",
    "event": "经过序号",
    "file": "文件",
    "first": "首条",
    "form": "格式",
    "format": "格式",
    "ground": "事由",
    "industry": "行业",
    "item": "事项",
    "job": "任务",
    "kind": "类型",
    "method": "请求方法",
    "most": "上限",
    "name": "名称",
    "number": "编号",
    "office": "部门",
    "placed": "身份",
    "q": "查找",
    "reason": "原因",
    "role": "角色",
    "rows": "行数",
    "rule": "规则",
    "scopes": "范围",
    "snapshot": "快照",
    "state": "状态",
    "total": "合计（元）",
    "upto": "末条",
    "zone": "经开区",
}


def action_text(action: str, lang: str = "zh") -> str:
    """Return what an action is called; itself where it has no name yet."""
    return _ACTIONS.get(action, (action, action))[lang == "en"]


def role_text(role: str, lang: str = "zh") -> str:
    """Return what a role is called."""
    return _ROLES.get(role, (role, role))[lang == "en"]


def detail_text(detail: Mapping[str, Any], lang: str = "zh") -> str:
    """Return what else explains an entry in one line: names in words, values as they were kept."""
    between, after = ("; ", ": ") if lang == "en" else ("；", "：")
    return between.join(
        f"{name if lang == 'en' else _DETAILS.get(name, name)}{after}{_value(value, lang)}"
        for name, value in sorted(detail.items())
    )


def _value(value: Any, lang: str) -> str:
    if isinstance(value, Mapping):
        inner = detail_text(value, lang)
        return f"({inner})" if lang == "en" else f"（{inner}）"
    if isinstance(value, list):
        return (", " if lang == "en" else "、").join(_value(v, lang) for v in value)
    return str(value)
