"""A telephone that very many firms share: how long a page of its users takes, at any depth (see README.md).

    python benchmarks/api_hub.py [--firms N]

Exit status 1 where a page in the middle of the rounds (p50) takes more than 10 ms.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from credit_graph.server.columns import Columns
from credit_graph.server.mates import Mates
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
LINE = 0.010  # seconds
ROUNDS, PAGE = 50, 100


def main() -> int:
    """Build, ask at several depths, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=50_000)
    firms = parser.parse_args().firms
    said = Said()
    for number in range(firms):
        said.firm(f"91330200{number:010}", f"庆阳{number}有限公司", phone="13900000000")
    columns = Columns(projection_of(said.statements, TODAY))
    columns.frame  # noqa: B018
    began = time.perf_counter()
    found = Mates(columns, "phones")
    print(f"{firms:,} firms with one telephone: lists made in {time.perf_counter() - began:.2f} s")
    worst = 0.0
    for depth in (0.0, 0.25, 0.5, 0.75, 0.99):
        after = "" if not depth else str(columns.eids[int(firms * depth)])
        times = []
        for turn in range(ROUNDS):
            eid = str(columns.eids[turn * firms // ROUNDS])
            began = time.perf_counter()
            page = found.page(eid, after, PAGE + 1)
            times.append(time.perf_counter() - began)
            assert len(page) == PAGE + 1
        worst = max(worst, float(np.median(times)))
        print(f"page of {PAGE} at {depth:.0%}: p50 {np.median(times) * 1000:.3f} ms, most {max(times) * 1000:.3f} ms")
    return int(worst > LINE)


if __name__ == "__main__":
    sys.exit(main())
