"""What the error codes of the API say, as ``messages.py`` does: (Chinese, English)."""

from __future__ import annotations

API: dict[str, tuple[str, str]] = {
    "usage.unknown_operation": (
        "没有保存的查询“{id}”。GET /operations 列出全部（docs/operations-api.md）。",
        "There is no saved operation “{id}”. GET /operations lists them all (docs/operations-api.md).",
    ),
}
