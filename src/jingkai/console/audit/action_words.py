"""What the actions of the trail are called."""

from __future__ import annotations

__all__ = ["action_text", "role_text"]

_ACTIONS = {
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
    "correction.accept": ("采纳更正", "correction accepted"),
    "correction.apply": ("更正生效", "correction applied"),
    "correction.refuse": ("不采纳更正", "correction refused"),
    "correction.submit": ("提出更正", "correction asked for"),
    "correction.withdraw": ("撤回更正", "correction withdrawn"),
    "enterprise.read": ("查看企业", "enterprise read"),
    "evidence.read": ("查看证明材料", "evidence read"),
    "identity.failed": ("统一身份认证未完成", "outer sign-in failed"),
    "identity.refused": ("外部身份被拒绝", "outer identity refused"),
    "paper.issue": ("出具认定结果", "decision put on paper"),
    "request.forged": ("伪造或过期的表单", "forged or stale form"),
    "request.refused": ("越权访问被拒绝", "request refused"),
    "retention.delete": ("到期删除", "deleted past its period"),
    "token.add": ("新建接口密钥", "token made"),
    "token.refused": ("接口密钥被拒绝", "token refused"),
    "token.revoke": ("作废接口密钥", "token revoked"),
    "token.scope": ("接口密钥超出范围", "token beyond its scope"),
    "trail.export": ("导出审计记录", "trail exported"),
    "trail.seal": ("审计记录归档", "trail archived"),
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


def action_text(action: str, lang: str = "zh") -> str:
    """Return what an action is called; itself where it has no name yet."""
    return _ACTIONS.get(action, (action, action))[lang == "en"]


def role_text(role: str, lang: str = "zh") -> str:
    """Return what a role is called."""
    return _ROLES.get(role, (role, role))[lang == "en"]
