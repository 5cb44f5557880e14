"""What the error codes of releases (名单发布) say; part of the one table in ``messages.py``."""

from __future__ import annotations

RELEASES: dict[str, tuple[str, str]] = {
    "usage.unknown_release": (
        "没有已发布的名单 {release}；用 release list 查看已发布的名单。",
        "No published release {release}; release list shows what was published.",
    ),
    "input.not_a_draft": ("{path} 不是发布草稿。", "{path} is no draft of a release."),
    "input.delta": (
        "增量与前次发布不符（记录 {record}）。",
        "The delta doesn't fit the former release (record {record}).",
    ),
    "input.no_internal": (
        "{path} 是公开版本，不含与图比对所需的内容；请使用存档版本或 release takedown。",
        "{path} is a public edition, without what a comparison with the graph needs: take the archive, or release "
        "takedown.",
    ),
    "input.approval": (
        "会签 {path} 不能接受：{why}。",
        "The approval {path} can't be taken: {why}.",
    ),
    "state.not_an_issuer": (
        "“{department}”不是本草稿的列入机关，不能会签。须会签：{issuers}。",
        "“{department}” is no issuing department of this draft. To be signed off by: {issuers}.",
    ),
    "state.maker_approves": (
        "“{by}”编制了本草稿，不能会签。请由列入机关的其他人员会签。",
        "“{by}” made this draft and can't approve it. Somebody else of the department has to.",
    ),
    "state.approvals_missing": (
        "{release} 还缺会签：{departments}。",
        "{release} is not signed off yet by: {departments}.",
    ),
    "state.published": (
        "{list} 的 {release} 已按本草稿发布。",
        "{release} of {list} is published already, from this very draft.",
    ),
    "state.draft_unknown": (
        "{path} 不是本安装生成的草稿，或者生成之后被改动。请重新生成。",
        "{path} is no draft that this installation built, or was altered since. Build it again.",
    ),
    "state.draft_stale": (
        "草稿生成之后 {list} 另有发布（最近：{latest}）。请重新生成草稿并会签。",
        "{list} was released since this draft was made (latest: {latest}). Build the draft and sign it off again.",
    ),
    "state.later_release": (
        "{list} 已发布较晚的 {release}，不能再发布 {period}。",
        "{list}: {release} is released already, so {period} can't be any more.",
    ),
    "input.not_a_release": ("{path} 不是名单发布目录。", "{path} is no folder of a release."),
    "input.release_altered": (
        "{path} 与发布时不一致：{why}。",
        "{path} is not as it was released: {why}.",
    ),
    "input.keys_invalid": (
        "公钥历史 {path} 第 {line} 行不能接受：{why}。",
        "The key history {path} can't be taken, line {line}: {why}.",
    ),
    "input.signature": ("签名无效：{why}。", "The signature does not hold: {why}."),
    "input.not_a_key": ("{path} 不是 Ed25519 的{kind}（PEM）。", "{path} is no Ed25519 {kind} (PEM)."),
    "input.proof": ("这份证明不成立：{why}。", "This proof does not hold: {why}."),
    "state.no_signing_key": (
        "没有可在 {day} 签署发布的密钥：{why}。请运行 credit-graph keys new，或者放回原密钥（docs/keys.md）。",
        "No key can sign a release on {day}: {why}. Run credit-graph keys new, or put the key back (docs/keys.md).",
    ),
    "state.key_open": (
        "私钥 {path} 对其他用户开放，不使用。请运行 chmod 600 {path}；如可能已被他人读取，请改用新密钥并撤销它。",
        "The private key {path} is open to others and is not used. Run chmod 600 {path}; if somebody may have read it, "
        "make a new key and revoke this one.",
    ),
    "state.not_lost": (
        "本机关的私钥 {key} 还在，公钥历史不必重新开始：请运行 credit-graph keys new，不加 --restart。",
        "The bureau's private key {key} is here, so the history goes on: run credit-graph keys new without --restart.",
    ),
    "state.only_key": (
        "密钥 {key} 是本机关唯一可用的密钥。请先用 credit-graph keys new 生成新密钥，再撤销它。",
        "The key {key} is the bureau's only one. Make another first (credit-graph keys new), then revoke it.",
    ),
}
