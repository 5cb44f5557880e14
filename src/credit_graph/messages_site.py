"""What the error codes of the static pages say; part of the one table in ``messages.py``."""

from __future__ import annotations

SITE: dict[str, tuple[str, str]] = {
    "input.not_public": (
        "{path} 不是完好的公开版本：{why}。请重新运行 credit-graph release takedown，或者恢复备份。",
        "{path} is no public edition in good order: {why}. Run credit-graph release takedown again, or restore it.",
    ),
    "input.no_copy": (
        "{path} 中没有本程序生成的网页或者名单文件。",
        "{path} holds no page and no file of a list that this program made.",
    ),
    "state.no_releases": (
        "还没有已发布的名单。请先运行 credit-graph release publish。",
        "No list has been published yet. Run credit-graph release publish first.",
    ),
    "state.public_old": (
        "{list} {release} 的公开版本是 {of} 的视图，不是 {day} 的。请先运行 credit-graph release takedown。",
        "The public edition of {list} {release} is the view of {of}, not of {day}. "
        "Run credit-graph release takedown first.",
    ),
    "state.public_changed": (
        "公开版本在读取时被更新，原有网页未改动。请重新运行。",
        "A public edition was renewed while it was read; the former pages are untouched. Run it again.",
    ),
}
