"""The history of keys: what a signature is judged by, and that no line can be put in, taken out or altered."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from credit_graph import text
from credit_graph.errors import InputError
from credit_graph.lists.editions.edition import canonical
from credit_graph.lists.editions.keys import KeyHistory, Role
from credit_graph.lists.editions.signatures import Signer, key_id, public_pem, read_public
from credit_graph.lists.editions.strict import strict

DAY = date(2026, 1, 1)
BUREAU, OFFICE = "庆原市市场监督管理局", "庆原市生态环境局"
SIGNERS = [Signer.new() for _ in range(12)]
FIRST, NEXT, OFFICES, OTHER = SIGNERS[:4]
HISTORY = KeyHistory().add(FIRST.public, BUREAU, "bureau", DAY, FIRST)
BOTH = HISTORY.add(OFFICES.public, OFFICE, "department", DAY + timedelta(1), FIRST)


@pytest.fixture(autouse=True)
def english() -> None:
    text.use("en")


def later(days: int) -> date:
    return DAY + timedelta(days)


def said(history: KeyHistory, signature: bytes, data: bytes = b"data", **kw: str) -> str:
    """What becomes of a signature of the bureau over a head."""
    try:
        found = history.check("head", data, signature, **{"role": "bureau", **kw})  # type: ignore[arg-type]
    except InputError as error:
        assert error.code == "input.signature"
        return str(error.fields["why"])
    return f"{found.key.id} {found.signed_on}"


def test_a_signature_is_judged_by_the_day_on_which_it_was_made() -> None:
    history = BOTH.add(NEXT.public, "新名称", "bureau", later(10), FIRST, valid_to=later(20))
    assert said(history, FIRST.sign("head", b"data", DAY)) == f"{FIRST.key_id} 2026-01-01"
    assert said(history, FIRST.sign("head", b"data", later(10))) == f"{FIRST.key_id} 2026-01-11"
    assert said(history, NEXT.sign("head", b"data", later(10))) == f"{NEXT.key_id} 2026-01-11"
    assert said(history, NEXT.sign("head", b"data", later(20))) == f"{NEXT.key_id} 2026-01-21"
    first, following = f"the key {FIRST.key_id}", f"the key {NEXT.key_id}"
    assert said(history, FIRST.sign("head", b"data", later(-1))) == f"{first} is valid from 2026-01-01 only"
    assert said(history, FIRST.sign("head", b"data", later(11))) == f"{first} was valid until 2026-01-11"
    assert said(history, NEXT.sign("head", b"data", later(21))) == f"{following} was valid until 2026-01-21"
    gone = history.revoke(FIRST.key_id, later(5), "lost", NEXT, day=later(12))
    assert said(gone, FIRST.sign("head", b"data", later(4))) == f"{FIRST.key_id} 2026-01-05"
    assert said(gone, FIRST.sign("head", b"data", later(5))) == f"{first} is revoked from 2026-01-06"


def test_who_may_sign_what() -> None:
    sign = partial(OFFICES.sign, "approval", b"draft")
    found = BOTH.check("approval", b"draft", sign(later(1)), role="department", owner=OFFICE)
    assert (found.key.id, found.key.owner, found.signed_on) == (OFFICES.key_id, OFFICE, later(1))
    whose = f"the key {OFFICES.key_id} is of “{OFFICE}”, not of"
    assert said(BOTH, OFFICES.sign("head", b"data", later(1))) == f"{whose} the bureau"
    assert said(BOTH, sign(later(1)), b"draft", role="department", owner="别局") == f"{whose} 别局"
    assert said(BOTH, FIRST.sign("index", b"data", DAY)) == "it is not over this content"
    assert said(BOTH, FIRST.sign("head", b"Data", DAY)) == "it is not over this content"
    assert said(BOTH, OTHER.sign("head", b"data", DAY)) == f"there is no key {OTHER.key_id}"
    assert BOTH.owner_key(OFFICES.key_id, OFFICE, later(1)).public == OFFICES.public
    with pytest.raises(InputError, match="valid from 2026-01-02 only"):
        BOTH.owner_key(OFFICES.key_id, OFFICE, DAY)
    with pytest.raises(InputError, match="not of 别局"):
        BOTH.owner_key(OFFICES.key_id, "别局", later(1))


def test_no_byte_of_a_signature_file_can_be_another() -> None:
    good = FIRST.sign("head", b"data", DAY)
    for at, byte in enumerate(good):
        for flip in range(8):
            assert FIRST.key_id + " 2026" not in said(HISTORY, good[:at] + bytes([byte ^ 1 << flip]) + good[at + 1 :])
    other = strict(good[:-1])
    last = other["signature"][-3]  # A, Q, g or w: four of its six bits are padding
    loose = chr(ord(last) + 1)  # the same bytes, written otherwise
    for wrong in (
        {**other, "signature": other["signature"][:-3] + loose + "=="},
        {**other, "signature": other["signature"].rstrip("=")},
        {**other, "signed_on": "20260101"},
        {**other, "signed_on": 1},
        {**other, "key": None},
        {**other, "more": ""},
    ):
        assert said(HISTORY, canonical(wrong) + b"\n") == "it is not written as signatures are"
    for shape in (b"", b"[]\n", b"null\n", good[:-1], good + b"\n", b" " + good, b"\xff\n", b"[" * 100_000 + b"\n"):
        assert said(HISTORY, shape) == "it is not written as signatures are"


def faults(data: bytes) -> tuple[int, str]:
    with pytest.raises(InputError) as raised:
        KeyHistory.read(data)
    assert (raised.value.code, raised.value.fields["path"]) == ("input.keys_invalid", "keys.jsonl")
    return raised.value.fields["line"], raised.value.fields["why"]


def test_a_history_is_read_as_it_was_written_or_not_at_all() -> None:
    whole = BOTH.revoke(OFFICES.key_id, later(3), "遗失", FIRST)
    assert KeyHistory.read(whole.as_bytes()) == whole
    good = whole.as_bytes()
    for at, byte in enumerate(good):
        assert faults(good[:at] + bytes([byte ^ 1 << at % 8]) + good[at + 1 :])
    one, two, three = whole.lines
    chain = "it does not follow the line before"
    assert faults(b"\n".join([one, three, b""])) == (2, "there is no such key, or no reason")
    assert faults(b"\n".join([two, one, b""]))[1] == chain
    assert faults(b"\n".join([one, two, two, b""])) == (3, f"the key {OFFICES.key_id} is there already")
    assert faults(b"\n".join([one, two, three])) == (3, "it is cut off")
    assert faults(b"") == (1, "it is cut off")
    assert faults(b"\n") == (1, "it can't be read, or was written otherwise")
    assert faults(b"{}\n") == (1, "it has parts missing or too many")


def refused(history: KeyHistory, *line: object, **kw: object) -> str:
    with pytest.raises(InputError) as raised:
        (history.add if len(line) == 5 else history.revoke)(*line, **kw)  # type: ignore[arg-type]
    return str(raised.value.fields["why"])


def test_lines_that_can_not_stand() -> None:
    assert refused(KeyHistory(), OFFICES.public, OFFICE, "department", DAY, OFFICES) == (
        "it is not signed by a key of the bureau"
    )
    assert refused(KeyHistory(), FIRST.public, BUREAU, "bureau", DAY, NEXT) == "it is not signed by a key of the bureau"
    assert refused(BOTH, OTHER.public, BUREAU, "bureau", later(2), OFFICES) == "it is not signed by a key of the bureau"
    assert refused(BOTH, OTHER.public, BUREAU, "bureau", later(2), OTHER) == "it is not signed by a key of the bureau"
    rotated = BOTH.add(NEXT.public, BUREAU, "bureau", later(5), FIRST)
    assert refused(rotated, OTHER.public, OFFICE, "department", later(6), FIRST).endswith("was valid until 2026-01-06")
    gone = rotated.revoke(FIRST.key_id, later(2), "lost", NEXT)
    assert refused(gone, OTHER.public, OFFICE, "department", later(5), FIRST).endswith("is revoked from 2026-01-03")
    assert refused(gone, FIRST.key_id, later(2), "again", NEXT).endswith("the key is revoked already")
    assert gone.revoke(FIRST.key_id, later(1), "earlier", NEXT).keys[0].revoked == later(1)
    assert refused(BOTH, FIRST.key_id, later(2), "later", FIRST, day=later(1)).startswith("its day lies in the future")
    assert refused(BOTH, "0" * 16, later(2), "none", FIRST) == "there is no such key, or no reason"
    assert refused(BOTH, FIRST.key_id, later(2), "", FIRST) == "there is no such key, or no reason"
    assert refused(BOTH, FIRST.key_id, later(2), "two\nlines", FIRST) == "there is no such key, or no reason"
    assert refused(BOTH, OTHER.public, BUREAU, "bureau", DAY, FIRST, day=DAY).startswith("its day lies before the last")
    early = {"valid_to": later(1)}
    assert (
        refused(BOTH, OTHER.public, BUREAU, "bureau", later(2), FIRST, **early) == "its last day lies before its first"
    )
    assert refused(BOTH, OTHER.public, " ", "bureau", later(2), FIRST) == "its id, role or owner is wrong"
    assert refused(BOTH, OTHER.public, BUREAU, "clerk", later(2), FIRST) == "its id, role or owner is wrong"


def test_what_a_stolen_key_vouched_for_is_named_and_histories_that_part_are_told() -> None:
    longer = BOTH.add(NEXT.public, BUREAU, "bureau", later(5), FIRST)
    assert [key.id for key in longer.vouched_by(FIRST.key_id, later(2))] == [NEXT.key_id]
    assert [key.id for key in longer.vouched_by(FIRST.key_id, DAY)] == [OFFICES.key_id, NEXT.key_id]
    other = HISTORY.add(OTHER.public, OFFICE, "department", later(1), FIRST)
    assert (longer.joined(BOTH), BOTH.joined(longer), BOTH.joined(other)) == (longer, longer, None)


def test_keys_are_written_as_openssl_reads_them_and_show_nothing_private() -> None:
    pem = FIRST.as_pem()
    for written in (pem, b"".join(pem.split(b"\n")[1:-2]), pem.replace(b"\n", b"\\n")):
        assert Signer.read(written).as_pem() == pem
    assert read_public(public_pem(FIRST.public)) == FIRST.public
    assert (repr(FIRST), key_id(FIRST.public)) == (f"Signer(key_id='{FIRST.key_id}')", FIRST.key_id)
    for wrong in (b"", b"AAAA", b"-----BEGIN PRIVATE KEY-----", public_pem(FIRST.public)):
        with pytest.raises(ValueError):
            Signer.read(wrong)
    for wrong in (b"", pem, b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        with pytest.raises(ValueError):
            read_public(wrong)


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_no_byte_put_into_a_history_passes(at: int, byte: int) -> None:
    data = BOTH.as_bytes()
    at %= len(data) + 1
    assert faults(data[:at] + bytes([byte]) + data[at:])


class Histories(RuleBasedStateMachine):
    """A history beside plain lists of what was done: what counts on a day must follow from these alone."""

    @initialize()
    def begin(self) -> None:
        self.history = KeyHistory().add(FIRST.public, BUREAU, "bureau", DAY, FIRST)
        self.day = DAY
        # per key: owner, first day, own last day, revoked from
        self.made: list[tuple[int, str, date, date | None]] = [(0, BUREAU, DAY, None)]
        self.gone: dict[int, date] = {}

    def counts(self, which: int, day: date) -> bool:
        place = [made[0] for made in self.made].index(which)
        _, owner, begun, until = self.made[place]
        mine = sorted((made[2], at) for at, made in enumerate(self.made) if made[1] == owner)
        after = [begin for begin, at in mine if (begin, at) > (begun, place)]
        last = min([*after, *([until] if until else [])], default=date.max)
        return begun <= day <= last and day < self.gone.get(which, date.max)

    def vouching(self) -> list[int]:
        return [made[0] for made in self.made if made[1] == BUREAU and self.counts(made[0], self.day)]

    @rule(days=st.integers(0, 40))
    def wait(self, days: int) -> None:
        self.day += timedelta(days)

    @precondition(lambda self: len(self.made) < len(SIGNERS))
    @rule(data=st.data(), owner=st.sampled_from([BUREAU, OFFICE, "别局"]), ahead=st.integers(0, 20))
    def add(self, data: st.DataObject, owner: str, ahead: int) -> None:
        which, begun = len(self.made), self.day + timedelta(ahead)
        until = data.draw(st.none() | st.integers(0, 60).map(lambda days: begun + timedelta(days)))
        by = data.draw(st.sampled_from([made[0] for made in self.made]))
        role: Role = "bureau" if owner == BUREAU else "department"
        line = partial(self.history.add, SIGNERS[which].public, owner, role, begun, SIGNERS[by])
        if by in self.vouching():
            self.history = line(day=self.day, valid_to=until)
            self.made.append((which, owner, begun, until))
        else:
            with pytest.raises(InputError):
                line(day=self.day, valid_to=until)

    @rule(data=st.data(), back=st.integers(-1, 30))
    def revoke(self, data: st.DataObject, back: int) -> None:
        which, by = (data.draw(st.sampled_from([made[0] for made in self.made])) for _ in range(2))
        on = self.day - timedelta(back)
        allowed = by in self.vouching() and back >= 0 and on < self.gone.get(which, date.max)
        line = partial(self.history.revoke, SIGNERS[which].key_id, on, "why", SIGNERS[by], day=self.day)
        if allowed:
            self.history = line()
            self.gone[which] = on
        else:
            with pytest.raises(InputError):
                line()

    @rule(data=st.data(), ahead=st.integers(-60, 60))
    def check(self, data: st.DataObject, ahead: int) -> None:
        which, owner, *_ = data.draw(st.sampled_from(self.made))
        day = self.day + timedelta(ahead)
        role: Role = "bureau" if owner == BUREAU else "department"
        signature = SIGNERS[which].sign("approval", b"x", day)
        passed = f"{SIGNERS[which].key_id} {day}"
        try:
            found = self.history.check("approval", b"x", signature, role=role, owner=owner)
        except InputError as error:
            assert not self.counts(which, day), error
        else:
            assert self.counts(which, day)
            assert f"{found.key.id} {found.signed_on}" == passed

    @invariant()
    def reads_back(self) -> None:
        assert KeyHistory.read(self.history.as_bytes()) == self.history


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
