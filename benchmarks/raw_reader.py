"""The reference of ``projection.py``: the recorded statements, read by the plain driver. Prints the seconds it took."""

from __future__ import annotations

import json
import sys
import time

from neo4j import GraphDatabase


def main() -> None:
    given = json.load(sys.stdin)
    with (
        GraphDatabase.driver(given["uri"], auth=tuple(given["auth"])) as driver,
        driver.session(database=given["database"]) as session,
    ):
        began = time.perf_counter()
        for text, params in given["calls"]:
            for _ in session.run(text, params):
                pass
        print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
