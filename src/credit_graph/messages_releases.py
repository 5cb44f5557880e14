"""What the error codes of releases (名单发布) say; part of the one table in ``messages.py``."""

from __future__ import annotations

RELEASES: dict[str, tuple[str, str]] = {
    "input.not_a_draft": ("{path} 不是发布草稿。", "{path} is no draft of a release."),
    "input.delta": (
        "增量与前次发布不符（记录 {record}）。",
        "The delta doesn't fit the former release (record {record}).",
    ),
}
