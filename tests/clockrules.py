"""Rules of clocks with values that no law was seen to give: 测试数据."""

from __future__ import annotations

import yaml

from credit_graph.lists.clock_policy import ClockPolicy
from credit_graph.resources import root


def with_start(starts: dict[str, str]) -> ClockPolicy:
    """The shipped rules with a start day (event, publication) for some rows of 2025, whose own was not seen."""
    data = yaml.safe_load((root("policies") / "clocks.yml").read_text(encoding="utf-8"))
    for row in data["clocks"]:
        if row["id"] in starts:
            row["start"] = {"from": starts[row["id"]]}
            row["basis"] = {"source": "测试数据", "confidence": "own"}
    return ClockPolicy.model_validate(data)


def with_very_large_fine(limit: int) -> ClockPolicy:
    """The shipped rules with an amount in fen from which a fine in Hubei is very large, for everybody."""
    data = yaml.safe_load((root("policies") / "clocks.yml").read_text(encoding="utf-8"))
    row = data["thresholds"][0] | {"id": "very_large_fine_test", "what": "very_large_fine"}
    row |= {"limits": {"person": limit, "other": limit}, "basis": {"source": "测试数据", "confidence": "own"}}
    data["thresholds"].append(row)
    return ClockPolicy.model_validate(data)
