"""docs/verifying.md by hand: its own commands, run by a shell over a release."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from folders import HISTORY, SIGNER, release

from credit_graph.jobs.release_store import write_folder
from credit_graph.lists.editions.edition import sha256

PAGE = Path(__file__).resolve().parents[3] / "docs" / "verifying.md"
TOOLS = ("bash", "openssl", "sha256sum")
MADE_OF = release(5, {1})  # the first entry is the second's, so that a number is not its line


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"no {missing}")
    write_folder(tmp_path / "public", MADE_OF.public)
    return tmp_path / "public"


def by_hand(folder: Path) -> tuple[int, list[str]]:
    """Exit status and lines of the page's commands, all of them in one shell."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    script = "\n".join(["set -e -o pipefail", *blocks]).replace("/tmp/", f"{folder.parent}/")
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def test_the_commands_of_the_page_verify_a_release(folder: Path) -> None:
    verified = "Signature Verified Successfully"
    key = f"{SIGNER.key_id}: from 2026-01-05, not revoked"
    leaf = MADE_OF.public["leaves.txt"].decode().split()[1]
    assert by_hand(folder) == (
        0,
        [*(verified, key) * 2, f"{sha256(SIGNER.public)}  -", verified, "line 2 follows line 1", leaf, leaf],
    )
    [python] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", python], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == json.loads(MADE_OF.public["head.json"])["root"]


@pytest.mark.parametrize("name", ["head.json", "index.json", "entries.jsonl", "keys.jsonl"])
def test_they_fail_where_something_was_altered(folder: Path, name: str) -> None:
    data = bytearray((folder / name).read_bytes())
    data[-3] ^= 1
    (folder / name).write_bytes(data)
    assert by_hand(folder)[0] != 0


def test_they_show_a_revocation(folder: Path) -> None:
    from credit_graph.lists.editions.signatures import Signer

    following, day = Signer.new(), date(2027, 1, 5)
    history = HISTORY.add(following.public, "庆原市市场监督管理局", "bureau", day, SIGNER)
    history = history.revoke(SIGNER.key_id, day, "lost", following)
    write_folder(folder.parent / "other", release(5, {1}, SIGNER, history).public)
    status, lines = by_hand(folder.parent / "other")
    assert status == 0
    assert '"action":"revoke"' in lines[1]
