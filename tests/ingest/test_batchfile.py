"""The rows of a batch, kept beside the graph."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from checking import HIDDEN, ID, SECRET, check, csv_file
from city import OFFICE, office
from credit_graph.ingest import batchfile
from credit_graph.ingest.batchfile import BatchFile
from credit_graph.ingest.persons import person_key


def test_a_batch_file_gives_rows_back(tmp_path: Path) -> None:
    rows = [office(1, "李静", ID), office(2, "赵芳", lerep_sign="9"), office(3, "钱", ID, uni_social_crd_cd="x")]
    table = check(csv_file(tmp_path, OFFICE, rows))
    path = tmp_path / "000001-x.parquet"
    with BatchFile.writing(path, table) as file:
        for chunk in table.chunks():
            file.add(chunk, ["quarantined" if row.reasons else "new" for row in chunk.rows])
        assert file.count == 3
        assert not path.exists()
    (refused_row,) = batchfile.rows(path, "quarantined")
    assert refused_row == {
        "number": 4,
        "key": None,
        "reasons": [{"column": "uni_social_crd_cd", "field": "credit_code", "reason": "code_invalid", "value": "x"}],
        "faults": [],
        "cells": {**rows[2], "cer_no": HIDDEN},
    }
    assert batchfile.cells(path, {2, 9}) == {2: {**rows[0], "cer_no": HIDDEN}}
    (second,) = [row for row in batchfile.rows(path, "new") if row["number"] == 3]
    assert [fault["reason"] for fault in second["faults"]] == ["category_unknown"]
    key = person_key(SECRET, "CN", "citizen_id", ID)
    documents = pq.read_table(path).column("documents").to_pylist()
    assert [json.loads(text) if text else None for text in documents] == [None, None, {"person_id": key}]


def test_an_interrupted_batch_file_leaves_nothing(tmp_path: Path) -> None:
    table = check(csv_file(tmp_path, OFFICE, [office(1, "李静")]))
    path = tmp_path / "batch.parquet"
    with pytest.raises(KeyboardInterrupt), BatchFile.writing(path, table):
        raise KeyboardInterrupt
    assert sorted(tmp_path.glob("batch*")) == []
