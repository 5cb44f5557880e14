"""Letters of proceedings: what they say, and that making them again gives the same bytes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from docx import Document

from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City
from listwork import BUREAU, on, said, typed

A, B = "91621002MA70000342", "91621003MA70000343"


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    on("2026-03-02", monkeypatch)
    load_or_create(store.settings, store)
    made = City(store)
    for code, name in ((A, "庆原甲食品有限公司"), (B, "庆原乙商贸有限公司")):
        made.firm(code, name, authority=BUREAU, address="庆原市西原区测试路1号")
    made.commit()
    return made


def text_of(data: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs)


def test_a_serious_listing_with_its_letters(
    city: City, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside the penalty case: notice, no answer within the term, reviews, consent, both decisions, service."""
    words = said(ground="5", reason="生产经营添加药品的食品", facts="2026年1月起生产添加西布曲明的减肥食品")
    words += said(case_number="庆市监立〔2026〕9号", filed_on="2026-02-02")
    id_ = typed("case_officer", "begin", "serious_violation", "listing", A, *words)["proceedings"][0]["id"]
    words = said(notified_on="2026-03-03", penalty_basis="《中华人民共和国食品安全法》第一百二十三条")
    on("2026-03-03", monkeypatch)
    typed("case_officer", "step", "notified", id_, *words, *said(penalty_content="罚款50万元，吊销许可证"))
    on("2026-03-11", monkeypatch)
    typed("case_officer", "step", "heard", id_, "--outcome", "silent")
    typed("reviewer", "step", "business_reviewed", id_, "--outcome", "agreed")
    typed("legal", "step", "legal_reviewed", id_, "--outcome", "agreed")
    on("2026-03-20", monkeypatch)
    consent = said(consent_number="甘市监复〔2026〕3号", consent_on="2026-03-19")
    typed("case_officer", "step", "consented", id_, "--outcome", "agreed", *consent)
    penalty = said(penalty_number="庆市监处罚〔2026〕31号")
    done = typed("approver", "step", "decided", id_, "--outcome", "agreed", *penalty)["proceedings"][0]
    assert done["due"] == "2026-03-31"  # served within seven working days
    typed("case_officer", "step", "served", id_, *said(served_on="2026-03-20"))
    typed("publisher", "step", "published", id_, *said(receipt="G-9", published_on="2026-03-20"))

    folder = tmp_path / "letters"
    first = typed("case_officer", "letters", id_, "--out", str(folder))
    assert first["refused"] == []
    names = [f"{id_}-2-serious_notice", f"{id_}-7-serious_listing_decision"]
    names += [f"{id_}-8-repair_notice", f"{id_}-8-service_receipt"]
    assert [Path(path).stem for path in first["files"]] == names
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    notice = text_of(before[f"{names[0]}.docx"])
    for words_ in (
        "庆市监罚告〔2026〕1号",
        "庆原甲食品有限公司",
        "庆市监立〔2026〕9号",
        "罚款50万元，吊销许可证",
        "2026年3月10日",
    ):
        assert words_ in notice
    decision = text_of(before[f"{names[1]}.docx"])
    for words_ in (
        "庆市监严列〔2026〕1号",
        "庆市监处罚〔2026〕31号",
        "第44号）第五条",
        "2026年3月20日",
        "庆原市人民政府",
    ):
        assert words_ in decision
    on("2026-06-01", monkeypatch)
    again = typed("case_officer", "letters", id_, "--out", str(folder))
    assert again["same"] == 4
    acts = [json.loads(line) for line in (store.home / "audit" / "log.jsonl").read_text("utf-8").splitlines()]
    exports = [act["what"] for act in acts if act["action"] == "export"]
    assert exports == [{"by": "list letters", "folder": "letters", "letters": 4}] * 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_abnormal_listing_by_bundle(city: City, store: Store, tmp_path: Path) -> None:
    words = said(ground="8", facts="公示的联系方式不实", found_on="2026-03-02")
    typed("case_officer", "begin", "abnormal_operation", "listing", A, B, *words, "--bundle", "b1")
    typed("reviewer", "step", "reviewed", "--bundle", "b1", "--outcome", "agreed")
    done = typed("approver", "step", "decided", "--bundle", "b1", "--outcome", "agreed")["proceedings"]
    numbers = [item["steps"][-1]["number"] for item in done]
    assert numbers == ["庆市监异列〔2026〕1号", "庆市监异列〔2026〕2号"]
    made = typed("case_officer", "letters", "--bundle", "b1", "--out", str(tmp_path / "out"))
    texts = [text_of(Path(path).read_bytes()) for path in made["files"]]
    assert made["refused"] == []
    for number, name, text in zip(numbers, ("庆原甲食品有限公司", "庆原乙商贸有限公司"), texts, strict=True):
        assert number in text
        assert name in text
        assert "第八条" in text
