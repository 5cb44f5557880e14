"""The legal gate of lists and joint measures: what carries which, on which day, in which place; what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit_graph import text
from credit_graph.errors import DefinitionError
from credit_graph.lists import bases, policy
from credit_graph.lists.bases import KIND_NAMES, Carried, Document, documents, gate, within
from credit_graph.lists.measures import Measure, Measures, measures, measures_of
from credit_graph.lists.policy import list_names, list_policy
from credit_graph.lists.release import rules_on
from credit_graph.policyfile import Basis, read_policy
from credit_graph.resources import root

D = date.fromisoformat
DAY = D("2026-11-23")
OWN = {"source": "测试数据", "confidence": "own"}
QINGYANG = "621000"
NEEDED = "，需要：法律、行政法规、党中央、国务院政策文件、部门规章"
ORDER_44 = "国家市场监督管理总局令第44号"
RECORDS = "载明列入日期、原因、机关的记录"


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    """The code, and why in Chinese."""
    with pytest.raises(DefinitionError) as caught:
        call()
    return caught.value.code, str(caught.value.fields.get("why", caught.value.fields.get("parts")))


@pytest.fixture
def regulation(monkeypatch: pytest.MonkeyPatch) -> Document:
    """A 地方性法规 of the province: 测试数据, there is no such document."""
    found = Document(
        id="test_regulation",
        title="某省社会信用条例（测试数据）",
        title_en="A province's regulation on social credit (test data)",
        number="某省人大常委会公告第1号（测试数据）",
        kind="local_regulation",
        region="620000",
        in_force_from=D("2024-01-01"),
        in_force_to=D("2026-11-23"),
        articles={"20": "房地产开发领域失信名单", "21": "红名单"},
        basis=Basis.model_validate(OWN),
    )
    known = documents() | {found.id: found}
    monkeypatch.setattr(bases, "documents", lambda: known)
    monkeypatch.setattr(policy, "documents", lambda: known)
    return found


def carried(level: bases.Level, region: str | None = None) -> Carried:
    return Carried("名单", level, region)


@pytest.mark.parametrize(
    ("level", "document", "article", "day", "why"),
    [
        ("national", "serious_violation_rule_44", "2", "2021-09-01", None),
        ("national", "administrative_penalty_law", "48", "2021-07-15", None),
        ("national", "information_publicity_2024", "14", "2024-05-01", None),
        ("national", "incentive_opinion_33", "4", "2026-11-23", None),
        ("national", "serious_violation_rule_44", "2", "2021-08-31", "国家市场监督管理总局令第44号 当日不施行"),
        ("national", "serious_violation_rule_83", "5", "2021-09-01", "国家工商行政管理总局令第83号 当日不施行"),
        ("national", "information_publicity_2014", "17", "2024-05-01", "国务院令第654号 当日不施行"),
        ("national", "municipal_notice", "1", "2026-11-23", "没有登记文件 municipal_notice"),
        (
            "national",
            None,
            None,
            "2026-11-23",
            "没有设定依据文件" + NEEDED,
        ),
        ("national", "serious_violation_rule_44", None, "2026-11-23", "没有写明 国家市场监督管理总局令第44号 的条款"),
        (
            *("national", "commitment_opinion_42", "3", "2026-11-23"),
            "《关于全面推行证明事项和涉企经营许可事项告知承诺制的指导意见》（国办发〔2020〕42号）第（三）项没有登记",
        ),
        (
            *("national", "memorandum_2045", "3", "2026-11-23"),
            "发改财金〔2015〕2045号 是备忘录，不得设定全国名单" + NEEDED,
        ),
        (
            *("national", "publicity_notice_424", "1", "2026-11-23"),
            "发改办财金〔2018〕424号 是规范性文件，不得设定全国名单" + NEEDED,
        ),
        (
            *("local", "zhejiang_publicity_rule_332", "5", "2026-11-23"),
            "浙江省人民政府令第332号 是政府规章，不得设定地方名单，需要：地方性法规",
        ),
        (
            *("local", "serious_violation_rule_44", "2", "2026-11-23"),
            "国家市场监督管理总局令第44号 是部门规章，不得设定地方名单，需要：地方性法规",
        ),
        (
            *("local", "dishonesty_opinion_49", "7", "2026-11-23"),
            "国办发〔2020〕49号 是党中央、国务院政策文件，不得设定地方名单，需要：地方性法规",
        ),
    ],
)
def test_what_carries_a_list(
    level: bases.Level, document: str | None, article: str | None, day: str, why: str | None
) -> None:
    if why is None:
        assert gate(carried(level), document, article, D(day)) is documents()[str(document)]
        return
    assert refusal(lambda: gate(carried(level), document, article, D(day))) == ("policy.no_basis", why)


def test_before_the_opinion_of_2020_nothing_says_what_carries_a_list() -> None:
    found = refusal(lambda: gate(carried("national"), "information_publicity_2014", "17", D("2020-12-06")))
    assert found[0] == "policy.none_in_force"


def test_every_kind_of_document_has_a_name_in_both_languages_and_an_example() -> None:
    shipped = {document.kind for document in documents().values()}
    assert set(KIND_NAMES) - shipped == {"local_regulation"}  # none was seen, so none is shipped
    with pytest.raises(ValueError, match="only a local document has one"):
        Document.model_validate(documents()["civil_code"].model_dump() | {"region": QINGYANG})
    local = documents()["hunan_housing_rule_2018"].model_dump() | {"kind": "local_regulation", "region": None}
    with pytest.raises(ValueError, match="has one"):
        Document.model_validate(local)


def test_a_refusal_is_said_in_english_too() -> None:
    text.use("en")
    try:
        with pytest.raises(DefinitionError) as caught:
            gate(Carried("Red list", "local", QINGYANG), "memorandum_2045", "3", DAY)
        assert str(caught.value) == (
            "Red list has no basis on 2026-11-23 that may carry it, so it can't be released or applied: "
            "发改财金〔2015〕2045号 is a memorandum: it carries no local list; needed: a local regulation"
        )
    finally:
        text.use("zh")


@pytest.mark.parametrize(
    ("inner", "outer", "lies"),
    [
        ("621000", "620000", True),
        ("621002", "621000", True),
        ("620000", "621000", False),
        ("621100", "621000", False),
        ("330200", "620000", False),
    ],
)
def test_divisions_lie_in_each_other_by_their_digits(inner: str, outer: str, lies: bool) -> None:
    assert within(inner, outer) is lies


def test_a_local_regulation_carries_a_local_list_of_its_place_while_it_is_in_force(regulation: Document) -> None:
    last = D("2026-11-22")
    assert gate(carried("local", QINGYANG), regulation.id, "20", last) is regulation
    # it lapsed yesterday; it is another place's; it says nothing of this; a national list is not its matter
    number = regulation.number
    assert refusal(lambda: gate(carried("local", QINGYANG), regulation.id, "20", DAY))[1] == f"{number} 当日不施行"
    other = refusal(lambda: gate(carried("local", "330200"), regulation.id, "20", last))
    assert other[1] == f"{number} 只在 620000 施行，不适用于 330200"
    assert refusal(lambda: gate(carried("local", QINGYANG), regulation.id, "22", last))[1].endswith(
        "第二十二条没有登记"
    )
    assert refusal(lambda: gate(carried("national"), regulation.id, "20", last))[1].startswith(f"{number} 是地方性法规")


# the lists


def test_the_lists_that_are_known() -> None:
    assert list_names() == [
        *("abnormal_mark", "abnormal_operation", "person_bans", "real_estate_blacklist", "red_list"),
        *("sampling_results", "serious_violation", "typical_cases"),
    ]


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("serious_violation", None),
        ("abnormal_operation", None),
        ("abnormal_mark", ("policy.unset", RECORDS)),
        ("sampling_results", ("policy.unset", RECORDS)),
        ("typical_cases", ("policy.unset", RECORDS)),
        ("person_bans", ("policy.unset", f"publishable、{RECORDS}")),
        ("red_list", ("policy.no_basis", "没有设定依据文件，需要：地方性法规")),
    ],
)
def test_which_list_can_be_released_as_shipped(name: str, refused: tuple[str, str] | None) -> None:
    if refused is None:
        assert rules_on(name, DAY).document.id == list_policy(name).on(DAY).document
        return
    assert refusal(lambda: rules_on(name, DAY)) == refused


def test_a_list_that_re_publishes_is_judged_by_the_list_that_it_shows() -> None:
    rules, source = rules_on("real_estate_blacklist", DAY), rules_on("serious_violation", DAY)
    assert (rules.document, rules.kind, rules.industries) == (source.document, "SeriousListing", ("7010",))
    assert (rules.row.grounds, rules.row.term, rules.row.authority) == (
        source.row.grounds,
        source.row.term,
        source.row.authority,
    )
    # no more fields leave than leave of the source
    assert rules.row.publishable.fields == ("name", "credit_code")
    assert set(rules.row.publishable.fields) <= set(source.row.publishable.fields)
    assert (rules.row.id, rules.policy.name) == ("republishing/order_44", "real_estate_blacklist")
    assert rules.sha256 not in ("", source.sha256)


def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> policy.ListPolicy:
    """A shipped list with keys of its last row changed, beside the other lists."""
    for path in (root("policies") / "lists").glob("*.yml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    data = yaml.safe_load((tmp_path / f"{name}.yml").read_text(encoding="utf-8"))
    row = data["rows"][-1] | changes
    data["rows"][-1] = {key: value for key, value in row.items() if value is not None}
    (tmp_path / f"{name}.yml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(policy, "_folder", lambda: tmp_path)
    return list_policy(name)


OWN_CRITERIA = {
    "republishes": None,
    "document": "test_regulation",
    "article": "20",
    "grounds": [{"article": "20", "text": "违法预售商品房", "basis": OWN}],
}


def test_a_municipal_black_list_has_criteria_of_its_own_only_by_a_local_regulation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, regulation: Document
) -> None:
    # without one: it shows entries of a national list, which its own order carries
    shipped = list_policy("real_estate_blacklist")
    assert shipped.documents_on(DAY) == {"serious_violation": documents()["serious_violation_rule_44"]}
    own = changed(tmp_path, monkeypatch, "real_estate_blacklist", **OWN_CRITERIA)
    assert own.documents_on(D("2026-11-22")) == {"real_estate_blacklist": regulation}
    # the regulation lapsed yesterday
    assert refusal(lambda: own.documents_on(DAY)) == ("policy.no_basis", f"{regulation.number} 当日不施行")


def test_a_list_re_publishes_national_lists_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = changed(tmp_path, monkeypatch, "red_list", republishes=["real_estate_blacklist"])
    why = "房地产开发领域失信企业黑榜 不是全国名单"
    assert refusal(lambda: found.documents_on(DAY)) == ("policy.no_basis", why)
    found = changed(tmp_path, monkeypatch, "real_estate_blacklist", republishes=["red_list"])
    assert refusal(lambda: found.documents_on(DAY)) == ("policy.no_basis", "红名单（诚信红榜） 不是全国名单")
    # and no list that its own document does not carry that day
    found = changed(tmp_path, monkeypatch, "red_list", republishes=["serious_violation"], effective_from="2020-12-07")
    assert refusal(lambda: found.documents_on(D("2021-08-31")))[0] == "policy.none_in_force"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"document": None, "article": None},
            "没有设定依据文件" + NEEDED,
        ),
        ({"article": None}, "没有写明 国家市场监督管理总局令第44号 的条款"),
        ({"term": None}, "term"),
        ({"listed_from": None}, "listed_from"),
        ({"authority": None}, "authority"),
        ({"publishable": None}, "publishable"),
        ({"grounds": None}, "grounds"),
        ({"term": None, "grounds": None}, "term、grounds"),
    ],
)
def test_what_is_unset_blocks_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, None], why: str
) -> None:
    found = changed(tmp_path, monkeypatch, "serious_violation", **changes)
    code = "policy.no_basis" if "article" in changes else "policy.unset"
    assert refusal(lambda: rules_on("serious_violation", DAY)) == (code, why)
    if changes.keys() == {"term"}:
        assert refusal(lambda: found.on(DAY).term) == ("policy.unset", "term")


# joint measures


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("no_simple_deregistration", "registration_regulation"),
        ("key_supervision", "registration_regulation"),
        ("no_honours", "incentive_opinion_33"),
        ("no_commitment_procedure", None),
        ("legal_representative_bar", "registration_regulation"),
        ("green_channel", "incentive_opinion_33"),
        ("fewer_inspections", "incentive_opinion_33"),
    ],
)
def test_which_measure_a_document_carries(name: str, document: str | None) -> None:
    measure = {row.id: row for row in measures()}[name]
    if document is None:
        assert refusal(lambda: measure.carried_by(DAY)) == ("policy.no_basis", "没有写明 国办发〔2020〕42号 的条款")
        return
    assert measure.carried_by(DAY).id == document


def test_every_shipped_measure_was_looked_at_and_belongs_to_its_list() -> None:
    assert len(measures()) == 7
    serious = [row.id for row in measures_of("serious_violation", DAY)]
    assert serious == ["no_simple_deregistration", "key_supervision", "no_honours", "no_commitment_procedure"]
    assert [row.id for row in measures_of("serious_violation", D("2022-02-28"))] == serious[2:]
    assert [row.id for row in measures_of("red_list", DAY)] == ["green_channel", "fewer_inspections"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"document": "memorandum_2045", "article": "3"}, "发改财金〔2015〕2045号 是备忘录，不得设定全国措施"),
        (
            {"document": "serious_violation_rule_44", "article": "15"},
            f"{ORDER_44} 是部门规章，不得设定全国措施",
        ),
        ({"catalogue": None}, "不在失信惩戒措施清单之内"),
        ({"document": None}, "没有设定依据文件"),
    ],
)
def test_a_punishment_needs_a_law_and_a_place_in_the_catalogue(changes: dict[str, str | None], why: str) -> None:
    measure = Measure.model_validate(measures()[0].model_dump() | changes)
    code, told = refusal(lambda: measure.carried_by(DAY))
    assert code == "policy.no_basis" and told.startswith(why)


def test_an_incentive_needs_no_catalogue_and_a_local_measure_may_rest_on_a_local_regulation(
    regulation: Document,
) -> None:
    data = measures()[5].model_dump() | {"level": "local", "region": QINGYANG}
    local = Measure.model_validate(data | {"document": regulation.id, "article": "21"})
    assert (local.kind, local.catalogue) == ("incentive", None)
    assert local.carried_by(D("2026-11-22")) is regulation


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("lists: [person_bans]", "lists: [rumours]", "没有名单 rumours"),
        ("id: no_honours", "id: green_channel", "编号 green_channel 重复"),
        ("kind: incentive", "kind: gift", "kind"),
    ],
)
def test_a_faulty_file_of_measures_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    path = tmp_path / "measures.yml"
    path.write_text((root("policies") / "measures.yml").read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, Measures)
    assert caught.value.code == "policy.invalid" and why in str(caught.value)
