"""What the error codes of who may ask say; part of the one table in ``messages.py``."""

from __future__ import annotations

ACCESS: dict[str, tuple[str, str]] = {
    "access.denied": ("角色 {role} 无权执行：{action}", "The role {role} may not: {action}"),
    "access.key": (
        "需要有效的 API 密钥（Authorization: Bearer …）。",
        "A valid API key is needed (Authorization: Bearer …).",
    ),
    "access.remote_refused": (
        "未配置身份验证，拒绝监听 {host}。请使用回环地址或先创建密钥。",
        "Refusing to listen on {host} without authentication. Use a loopback address or create a key first.",
    ),
    "access.no_purpose": (
        "角色 {role} 的请求须写明用途（X-Purpose）。",
        "Requests of the role {role} must say what they are for (X-Purpose).",
    ),
    "access.token": (
        "令牌不是由所配置的身份认证服务签发给本服务的。请重新登录。",
        "The token was not signed by the configured identity provider for this service. Log in again.",
    ),
    "access.token_expired": ("令牌已过期。请重新登录。", "The token has expired. Log in again."),
    "access.token_early": (
        "令牌尚未生效。请核对两边的时钟（允许相差 60 秒）。",
        "The token is not valid yet. Compare the clocks: they may differ by 60 seconds.",
    ),
    "access.token_role": (
        "令牌的“{claim}”没有对应本系统的角色或辖区。请联系管理员。",
        "The token's “{claim}” names no role or district of this system. Ask the administrator.",
    ),
    "state.token_keys": (
        "无法取得身份认证服务的公钥（{path}）：{why}。",
        "The identity provider's keys can't be had ({path}): {why}.",
    ),
    "access.foreign_key": (
        "本安装没有编号为 {id} 的密钥。请核对地址，或向管理员申请新密钥。",
        "This installation has no key {id}. Check the address, or ask the administrator for a new key.",
    ),
    "access.key_expired": (
        "密钥 {id} 已于 {day} 到期。请向管理员申请新密钥。",
        "The key {id} expired: its last day was {day}. Ask the administrator for a new key.",
    ),
    "access.too_many": (
        "请求过于频繁：每分钟最多 {rate} 次。请在 {seconds} 秒后重试。",
        "Too many requests: at most {rate} a minute. Try again in {seconds} seconds.",
    ),
    "access.saved_only": (
        "角色 {role} 只能使用保存的查询（docs/operations-api.md）。",
        "The role {role} may use saved operations only (docs/operations-api.md).",
    ),
}
