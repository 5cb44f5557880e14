"""The classes of all firms as they count on a day: what plans, draws and exports start from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from credit_graph.grading import runfile
from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.leading import levels_in_effect, standing_at
from credit_graph.jobs.grade import DEFAULT_POLICY, latest_run, run_path
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store


def levels(store: Store, point: Point, policy: str = DEFAULT_POLICY) -> tuple[dict[str, Any], pd.DataFrame]:
    """The latest run at or before the point, and by ``eid``: its score, level and direct_rule; ``official``,
    ``override`` (missing: none); ``leads`` (override, official, own) and ``in_effect``, the class that counts.

    Raises ``StateError("state.no_run")``.
    """
    run = latest_run(store, point, policy)
    own = runfile.grades(run_path(store, run["rid"]))
    return run, levels_in_effect(own, standing_at(project(store, point, CHANNEL)))
