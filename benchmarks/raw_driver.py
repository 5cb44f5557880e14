"""The reference of ``load.py``: the recorded statements, written by the plain driver. Prints the seconds it took."""

from __future__ import annotations

import json
import pickle
import sys
import time
from pathlib import Path

from neo4j import GraphDatabase


def main() -> None:
    uri, user, password, database, path = json.load(sys.stdin)
    seconds = 0.0
    with (
        GraphDatabase.driver(uri, auth=(user, password)) as driver,
        driver.session(database=database) as session,
        Path(path).open("rb") as file,
    ):
        while True:
            try:
                text, params = pickle.load(file)
            except EOFError:
                break
            began = time.perf_counter()
            session.execute_write(lambda tx, text=text, params=params: tx.run(text, params).consume())
            seconds += time.perf_counter() - began
    print(seconds)


if __name__ == "__main__":
    main()
