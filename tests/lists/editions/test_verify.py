"""Verifying a release: whatever is altered, missing, added or signed by another is found, and said by file."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from folders import HISTORY, MADE, OFFICE, OFFICES, PUBLISHED, SIGNER, VIEWED, approved, listed, release, resigned

from credit_graph import text
from credit_graph.errors import InputError
from credit_graph.lists.editions.archive import archive_files
from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.signatures import Signer
from credit_graph.lists.editions.verify import verify_files
from flips import missed
from releases import BUREAU

GONE = {3, 7, 12}
MADE_OF = release(12, GONE)
ARCHIVE, PUBLIC = MADE_OF.archive, MADE_OF.public


@pytest.fixture(autouse=True)
def english() -> None:
    text.use("en")


def fault(files: dict[str, bytes], trusted: KeyHistory | None = None) -> tuple[str, str]:
    with pytest.raises(InputError) as raised:
        verify_files(files, trusted)
    assert raised.value.code == "input.release_altered"
    return str(raised.value.fields["path"]), str(raised.value.fields["why"])


def test_a_release_is_as_it_was_published() -> None:
    found = verify_files(ARCHIVE)
    assert (found.index["edition"], found.entries, found.removed, found.trusted) == ("archive", 12, 0, False)
    assert (found.published.key.id, found.published.signed_on) == (SIGNER.key_id, PUBLISHED)
    found = verify_files(PUBLIC, HISTORY)
    assert (found.index["edition"], found.entries, found.removed, found.trusted) == ("public", 9, 3, True)
    assert (found.published.signed_on, found.viewed.signed_on) == (PUBLISHED, VIEWED)
    assert found.head.as_json() == json.loads(ARCHIVE["head.json"])
    assert found.history.root.fingerprint == sha256(SIGNER.public)
    nobody = release(3, {1, 2, 3}).public
    assert (verify_files(nobody).entries, verify_files(nobody).removed) == (0, 3)


def test_flipped_bytes_are_all_found_and_blamed_on_their_file() -> None:
    assert {"bulletin.pdf", "bulletin.docx", "bulletin.html", "entries.xlsx", "entries.parquet"} < set(PUBLIC)
    assert missed((ARCHIVE, PUBLIC), 2_000) == []
    assert len(missed(({**PUBLIC, "x": b""},), 20)) > 10  # what is blamed on another file is told


def test_missing_and_added_files_and_bytes() -> None:
    for name in ARCHIVE:
        files = {other: data for other, data in ARCHIVE.items() if other != name}
        if name == "index.json":
            with pytest.raises(InputError, match=r"index\.json is no folder of a release"):
                verify_files(files)
        else:
            assert fault(files) == (name, "it is missing")
        assert fault({**ARCHIVE, name: ARCHIVE[name] + b"\n"})[0] in {name, name.replace(".sig", ".json")}
        assert fault({**ARCHIVE, name: ARCHIVE[name][:-1]})[0] in {name, name.replace(".sig", ".json")}
    assert fault({**ARCHIVE, "approvals/x.json": b""}) == ("approvals/x.json", "it does not belong to the release")
    with pytest.raises(InputError, match="is no folder of a release"):
        verify_files({})


def test_files_of_another_release_or_day_do_not_fit() -> None:
    other = release(11, set())
    for name in ("head.json", "leaves.txt", "entries.jsonl"):
        assert fault({**PUBLIC, name: other.public[name]})[0] == name
    both = {name: other.public[name] for name in ("index.json", "index.sig")}
    assert fault({**PUBLIC, **both})[0] == "bulletin.docx"
    assert fault({**PUBLIC, "index.json": ARCHIVE["index.json"]}) == ("index.json", "it is not over this content")
    assert fault({**PUBLIC, "index.sig": PUBLIC["head.sig"]}) == ("index.json", "it is not over this content")


def test_what_the_bureau_itself_could_not_have_signed_by_this_program() -> None:
    said = json.loads(PUBLIC["index.json"])
    files = said["files"]

    def index(on: date = VIEWED, **changes: object) -> tuple[str, str]:
        return fault(resigned(PUBLIC, "index", said | changes, on))

    broken = ("index.json", "it has parts missing or wrong, or was written otherwise")
    for name in ("../keys.jsonl", "/etc/passwd", "a//b", "a/./b", "C:x", "a\\b", "", "a\nb"):
        assert index(files={**files, name: files["head.json"]}) == broken
    assert index(files=[]) == index(format=2) == index(edition="other") == index(counts={}) == index(day=None) == broken
    assert index(release="2026Q4") == ("index.json", "it is of another release than head.json")
    assert index(head="0" * 64) == ("index.json", "it is of another release than head.json")
    assert index(counts={"entries": 8}) == ("entries.jsonl", "it has another number of entries")
    assert index(edition="archive") == ("draft.json", broken[1])
    assert index(on=VIEWED + timedelta(1)) == ("index.sig", "it was not made on the day of index.json")
    assert index(columns=[{"name": "number"}]) == ("entries.jsonl", "the line after entry 0 is wrong")

    def entries(*lines: bytes) -> tuple[str, str]:
        return fault(listed({**PUBLIC, "entries.jsonl": b"".join(lines)}, VIEWED))

    good = PUBLIC["entries.jsonl"].splitlines(keepends=True)
    first = json.loads(good[0])
    assert entries(good[1], good[0], *good[2:]) == ("entries.jsonl", "the line after entry 2 is wrong")
    assert entries(*good, b"{}") == ("entries.jsonl", "it is cut off")
    assert entries(*good, good[-1]) == ("entries.jsonl", "the line after entry 11 is wrong")
    assert entries(b" " + good[0], *good[1:]) == ("entries.jsonl", "the line after entry 0 is wrong")
    assert entries(b"[]\n", *good[1:]) == ("entries.jsonl", "the line after entry 0 is wrong")
    for wrong in ("01", "0", "-1", "x", None, 1):
        line = canonical({**first, "number": wrong}) + b"\n"
        assert entries(line, *good[1:]) == ("entries.jsonl", "the line after entry 0 is wrong")
    moved = canonical({**first, "number": "3"}) + b"\n"  # in the place of one that was taken down
    assert entries(good[1], moved, *good[2:]) == ("entries.jsonl", "entry 3 is not the one of its leaf")
    beyond = canonical({**first, "number": "99"}) + b"\n"
    assert entries(*good[1:], beyond) == ("entries.jsonl", "entry 99 is not the one of its leaf")
    renamed = canonical({**first, "name": "别的公司"}) + b"\n"
    assert entries(renamed, *good[1:]) == ("entries.jsonl", "entry 1 is not the one of its leaf")


def test_leaves_and_head_that_do_not_fit_each_other() -> None:
    def leaves(data: bytes) -> tuple[str, str]:
        return fault(listed({**PUBLIC, "leaves.txt": data}, VIEWED))

    good = PUBLIC["leaves.txt"]
    unlike = ("leaves.txt", "it gives another size or root than head.json")
    assert leaves(good[:-65]) == leaves(good[65:] + good[:65]) == unlike
    for data in (good[:-1], good.upper(), good.replace(b"\n", b"\r\n"), good + b"\n", good + b"zz\n"):
        assert leaves(data) == ("leaves.txt", "it was written otherwise")
    head = json.loads(PUBLIC["head.json"])
    for wrong in ({"size": True}, {"size": "12"}, {"root": None}, {"list": 1}, {"more": 1}):
        files = listed(resigned(PUBLIC, "head", head | wrong, PUBLISHED), VIEWED)
        assert fault(files) == ("head.json", "it has parts missing or wrong") or "more" in wrong
    assert fault(files) == ("head.json", "it was written otherwise")
    files = listed(resigned(PUBLIC, "head", head, VIEWED), VIEWED)
    assert fault(files) == ("head.sig", "it was not made on the day of publication")


def test_an_archive_was_signed_off_by_every_department_or_is_none() -> None:
    def archive(approvals: dict[str, bytes], history: KeyHistory = HISTORY) -> dict[str, bytes]:
        return archive_files(MADE_OF.draft, approvals, PUBLISHED, SIGNER, history)

    both = approved(MADE_OF.draft)
    assert archive(both) == ARCHIVE
    one, other = f"{BUREAU}.json", f"{OFFICE}.json"
    assert fault(archive({one: both[one]})) == ("draft.json", f"2026Q3 is not signed off yet by: {OFFICE}")
    forged = json.loads(both[other]) | {"by": "周三"}
    assert fault(archive({**both, other: canonical(forged) + b"\n"})) == (
        f"approvals/{other}",
        "it is not over this content",
    )
    gone = HISTORY.revoke(OFFICES.key_id, PUBLISHED, "lost", SIGNER)
    why = f"the key {OFFICES.key_id} is revoked from 2026-10-09"
    assert fault(ARCHIVE, gone) == (f"approvals/{other}", why)
    assert verify_files(PUBLIC, gone).entries == 9  # the bureau answers for what it published
    for name, changed in (("refused.csv", b"x"), ("draft.json", b"{}\n"), ("draft.json", b"[]\n")):
        blamed, _ = fault(listed({**ARCHIVE, name: changed}, PUBLISHED))
        assert blamed == name


def test_keys_of_an_attacker_pass_only_where_no_trusted_ones_are_given() -> None:
    thief = Signer.new()
    theirs = KeyHistory().add(thief.public, BUREAU, "bureau", MADE, thief)
    forged = release(12, GONE, thief, theirs).public
    assert verify_files(forged).history.root.fingerprint == sha256(thief.public)
    assert fault(forged, HISTORY) == ("keys.jsonl", "its keys are not those that are trusted")
    # with the bureau's own history beside, the signature is nobody's
    mixed = {**forged, "keys.jsonl": HISTORY.as_bytes()}
    assert fault(mixed) == fault(mixed, HISTORY) == ("index.json", f"there is no key {thief.key_id}")
    department = release(12, GONE, OFFICES).public
    assert fault(department)[1].startswith(f"the key {OFFICES.key_id} is of ")


def test_a_release_outlives_the_key_that_signed_it_but_not_its_revocation() -> None:
    following, late = Signer.new(), date(2027, 2, 1)
    rotated = HISTORY.add(following.public, BUREAU, "bureau", late, SIGNER)
    assert verify_files(PUBLIC, rotated).published.key.ends == late
    assert verify_files(release(3, set(), SIGNER, rotated).public, HISTORY).entries == 3  # who has the older history
    gone = rotated.revoke(SIGNER.key_id, PUBLISHED, "stolen", following, day=late)
    assert fault(PUBLIC, gone) == ("index.json", f"the key {SIGNER.key_id} is revoked from 2026-10-09")
    after = rotated.revoke(SIGNER.key_id, VIEWED + timedelta(1), "stolen", following, day=late)
    assert verify_files(PUBLIC, after).entries == 9
    assert fault({**PUBLIC, "keys.jsonl": b""})[0] == "keys.jsonl"
    assert fault({**PUBLIC, "keys.jsonl": PUBLIC["keys.jsonl"].splitlines(keepends=True)[0]}) == (
        "keys.jsonl",
        "its bytes were altered",
    )
