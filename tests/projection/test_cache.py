"""What is kept of a projection is what would be read anew: brought forward, damaged, erased, of another graph."""

from __future__ import annotations

import json
import random
import shutil
import stat
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from bytesearch import places
from credit_graph.errors import StateError
from credit_graph.ingest.subjects import name_reference
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.rotate import rotate
from credit_graph.jobs.tombstones import Ground
from credit_graph.model.kinds import KINDS
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, DAY_MIN, Point
from credit_graph.projection import Projection, cache, project
from credit_graph.projection.columns import schema
from credit_graph.projection.sources import Given
from credit_graph.projection.statements import read_statements
from credit_graph.projection.views import VIEWS
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City

TODAY = date(2026, 11, 23)
CODES = [f"9133020{number}AAAAAAAAAA" for number in range(8)]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    monkeypatch.setattr(cache, "SMALLEST", 0)


@pytest.fixture
def city(store: Store) -> Iterator[City]:
    """Some firms, persons and records, committed and settled."""
    load_or_create(store.settings, store)
    made = City(store)
    for number, code in enumerate(CODES):
        made.firm(code, f"甲{number}公司", address=f"测试路{number % 3}号", phone=f"0574{number % 4}")
        made.say("Office", code, f"o{number}", pid=f"k{number % 5}", person_name=f"王测试{number % 5}", mobile="1")
        made.say("Contribution", code, f"c{number}", holder_name="乙公司", holder_code=CODES[number - 1], paid=5)
        made.say("Case", code, f"a{number}", start=date(2020 + number, 5, 1), name=f"旧{number}公司")
    settle(made)
    yield made
    store.clear()


def settle(city: City) -> Point:
    """Commit, and bring the enterprises up to date as a load does; the point to look from."""
    seq = city.commit()
    refresh(city.store)
    return Point(seq, TODAY, TODAY)


def now(store: Store, valid: date = TODAY) -> Point:
    """The last seq."""
    return Point(store.read("read/last_seq")[0]["seq"], valid, TODAY)


def folder(store: Store) -> Path:
    """Where projections are kept."""
    return store.home / "projection"


def anew(store: Store, point: Point, channel: str = "internal") -> Projection:
    """Read out of the graph, whatever is kept."""
    statements = read_statements(store, point.seq, {kind: schema(kind) for kind in KINDS})
    return Projection(point, channel, point.seq, Given(statements))


def same(found: Projection, wanted: Projection) -> None:
    """Every frame is equal, in values, types and order."""
    for name in VIEWS:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(wanted, name))
    for kind in KINDS:
        if kind != "Hold":
            fields = schema(kind).names
            pd.testing.assert_frame_equal(found.history(kind, fields), wanted.history(kind, fields))
    for field in ("name", "state"):
        pd.testing.assert_series_equal(found.shown(field), wanted.shown(field))


def reads(store: Store) -> int:
    """How often whole statements were read."""
    metric = store.metrics.get("project/records")
    return metric.count if metric else 0


def test_the_second_reads_no_statement(city: City) -> None:
    store, point = city.store, now(city.store)
    wanted = anew(store, point)
    same(project(store, point), wanted)
    before = reads(store)
    same(project(store, point), wanted)
    same(project(store, point, "grading"), anew(store, point, "grading"))
    stated = [kind for kind in KINDS if kind != "Hold" and wanted.stated(kind)]
    assert reads(store) - before == len(stated)  # those of anew()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder(store).iterdir()}
    assert (modes, stat.S_IMODE(folder(store).stat().st_mode)) == ({0o600}, 0o700)


def test_what_is_prepared_is_read_once_a_kind(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    store = city.store
    monkeypatch.setattr(cache, "SMALLEST", 1000)
    found, wanted = project(store, now(store)), anew(store, now(store))
    stated = [kind for kind in KINDS if kind != "Hold" and wanted.stated(kind)]
    before = reads(store)
    found.prepare(VIEWS, {kind: schema(kind).names for kind in stated})
    assert reads(store) - before == len(stated)
    for name in VIEWS:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(wanted, name))
    for kind in stated:
        fields = schema(kind).names
        pd.testing.assert_frame_equal(found.history(kind, fields), wanted.history(kind, fields))
    assert reads(store) - before == len(stated)


def test_an_earlier_seq_and_small_graphs_are_not_kept(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    store, first = city.store, now(city.store)
    city.firm("91330209AAAAAAAAAA", "新公司")
    settle(city)
    same(project(store, first), anew(store, first))
    assert not folder(store).exists()
    monkeypatch.setattr(cache, "SMALLEST", 1000)
    same(project(store, now(store)), anew(store, now(store)))
    assert not folder(store).exists()


@pytest.mark.parametrize("seed", range(2))
def test_it_is_brought_forward(city: City, seed: int) -> None:
    store, chance = city.store, random.Random(seed)
    standing: list[Statement] = []
    same(project(store, now(store)), anew(store, now(store)))
    for step in range(5):
        for number in range(chance.randrange(1, 5)):
            standing.append(_say(city, chance, f"{step}.{number}"))
        for record in chance.sample(standing[:-4], min(len(standing[:-4]), 2)):
            standing.remove(record)
            city.close(record)
        settle(city)
        valid = TODAY - timedelta(days=chance.choice([0, 0, 1, 400]))
        for channel in ("internal", "grading"):
            point = now(store, valid)
            wanted, before = anew(store, point, channel), reads(store)
            same(project(store, point, channel), wanted)
            assert reads(store) == before
    assert store.metrics["project/opened"].rows > 0
    assert store.metrics["project/closed"].rows > 0


def _say(city: City, chance: random.Random, key: str) -> Statement:
    """Some statement: of a firm old or new, of a firm that is only named, or a hold."""
    code = chance.choice([*CODES, f"91330210{key:A<10}"])
    start = chance.choice([DAY_MIN, TODAY - timedelta(days=chance.randrange(800)), TODAY + timedelta(days=3)])
    end = chance.choice([DAY_MAX, max(start, TODAY) + timedelta(days=1)])
    match chance.randrange(6):
        case 0:
            return city.firm(code, f"改名{key}公司", key=key, phone="0574", address=f"新路{key}号", start=start)
        case 1:
            return city.say(
                "Office", code, key, pid="k1", person_name="王测试1", office="executive", start=start, end=end
            )
        case 2:
            return city.say("Contribution", code, key, holder_name="丁公司", subscribed=7, start=start, end=end)
        case 3:
            case = city.say("Case", code, key, name="旧0公司", start=start, end=end)
            return city.hold(case, start=start)
        case 4:
            named = city.say("Case", None, key, name=f"改名{chance.randrange(5)}.0公司", start=start, end=end)
            city.statements[-1] = named.again(subject_ref=name_reference(str(named.content["name"])))
            return city.statements[-1]
        case _:
            return city.say("Case", code, key, fine=100, start=start, end=end)


def test_records_that_found_their_subject_later_are_read_again(city: City) -> None:
    store = city.store
    named = city.say("Case", None, "late", name="后来公司")
    city.statements[-1] = named.again(subject_ref=name_reference("后来公司"))
    settle(city)
    before = project(store, now(store)).history("Case").set_index("sid")["eid"]
    assert list(before[before.isna()].index) == [named.sid]
    city.firm("91330209AAAAAAAAAA", "后来公司")
    point = settle(city)
    found = project(store, point)
    assert found.history("Case").set_index("sid").loc[named.sid, "eid"] == "91330209AAAAAAAAAA"
    same(found, anew(store, point))


def test_what_is_torn_or_altered_is_made_anew(city: City) -> None:
    store, point = city.store, now(city.store)
    wanted = anew(store, point)
    same(project(store, point), wanted)
    for damage in ("turn a bit", "cut", "remove"):
        for path in sorted(folder(store).glob("*.arrow")):
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            if damage == "remove":
                path.unlink()
            else:
                path.write_bytes(data if damage == "turn a bit" else data[: len(data) // 2])
        same(project(store, point), wanted)
    manifest = folder(store) / "manifest.json"
    whole = manifest.read_text()
    other = json.loads(whole) | {"code": "another program"}
    for text in (whole[:-5], "[]", "{}", "", json.dumps(other)):
        manifest.write_text(text)
        same(project(store, point), wanted)
        assert json.loads(manifest.read_text())["graph"] == json.loads(whole)["graph"]


def test_a_damaged_cache_is_not_brought_forward(city: City) -> None:
    store = city.store
    project(store, now(store)).enterprises  # noqa: B018
    for path in folder(store).glob("*.arrow"):
        path.write_bytes(b"")
    city.say("Case", CODES[0], "later")
    point = settle(city)
    same(project(store, point), anew(store, point))


def test_it_is_not_taken_for_another_graph(city: City, tmp_path: Path) -> None:
    store = city.store
    project(store, now(store)).enterprises  # noqa: B018
    shutil.copytree(folder(store), tmp_path / "kept")
    store.clear()
    assert not folder(store).exists()
    other = City(store)
    other.firm("91330209AAAAAAAAAA", "别的公司")
    other.say("Case", "91330209AAAAAAAAAA", "a")
    point = settle(other)
    shutil.copytree(tmp_path / "kept", folder(store))  # as of another server under the same HOME
    found = project(store, point)
    assert list(found.enterprises.index) == ["91330209AAAAAAAAAA"]
    same(found, anew(store, point))


def test_nothing_that_is_erased_stays(city: City) -> None:
    store = city.store
    gone = city.say("Office", CODES[0], "秘", pid="k9", person_name="欧阳秘密甲")
    same(project(store, settle(city)), anew(store, now(store)))
    assert places(folder(store), ["欧阳秘密甲"]) != {}
    erase(store, Target(sids=(gone.sid,)), Ground("决定〔2026〕1号", "张一", "李二"))
    assert not folder(store).exists()
    same(project(store, now(store)), anew(store, now(store)))
    assert gone.sid not in set(project(store, now(store)).offices["sid"])
    assert places(folder(store), ["欧阳秘密甲"]) == {}


def test_what_is_erased_meanwhile_is_noticed(city: City) -> None:
    store = city.store
    gone = city.say("Office", CODES[0], "秘", pid="k9", person_name="欧阳秘密甲")
    found = project(store, settle(city))
    assert gone.sid in set(found.history("Office")["sid"])
    erase(store, Target(sids=(gone.sid,)), Ground("决定〔2026〕1号", "张一", "李二"))
    with pytest.raises(StateError) as caught:
        found.history("Office", ["person_name"])
    assert (caught.value.code, folder(store).exists()) == ("state.changed_meanwhile", False)


def test_a_rotation_leaves_no_key(city: City) -> None:
    store, point = city.store, now(city.store)
    key = "0" * 63 + "1"
    city.say("Office", CODES[0], "k", pid=key, person_name="王测试")
    point = settle(city)
    assert key in set(project(store, point).offices["pid"])
    assert places(folder(store), [key]) != {}
    rotate(store)
    assert not folder(store).exists()
    found = project(store, point)
    assert key not in set(found.offices["pid"])
    same(found, anew(store, point))


def test_nothing_is_kept_while_a_load_is_not_settled(city: City) -> None:
    store = city.store
    project(store, now(store)).enterprises  # noqa: B018
    city.firm("91330209AAAAAAAAAA", "新公司")
    seq = city.commit()  # records have not been tried for their subjects yet
    before = json.loads((folder(store) / "manifest.json").read_text())
    same(project(store, Point(seq, TODAY, TODAY)), anew(store, Point(seq, TODAY, TODAY)))
    assert json.loads((folder(store) / "manifest.json").read_text()) == before
