"""Persons joined across firms, on a generated city without an engine: time, peak memory, and scores beside baselines.

    credit-graph generate DIR --firms 300000 && python benchmarks/persons.py DIR

The mentions and holdings come from the planted truth of the city, as the files show them; the telephones from its
table of representatives. ``credit-graph evaluate DIR`` judges what a loaded graph makes of the same city.
"""

from __future__ import annotations

import argparse
import resource
import time
from datetime import date
from pathlib import Path

import pandas as pd

from credit_graph.links.person_evidence import holding_circles, pair_circles, phone_circles
from credit_graph.links.person_policy import person_policy
from credit_graph.links.person_score import by_name, by_name_and_phone, found_places, score
from credit_graph.links.persons import same_firm_name
from credit_graph.links.same_person import named_in, same_person


def read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Mentions (with pid, eid, sid, office), true pairs, telephones and holdings of firms."""
    truth = folder / "truth"
    mentions = pd.read_parquet(truth / "persons.parquet")
    by_name_only = "name:" + mentions["code"] + mentions["name"]
    mentions["pid"] = by_name_only.where(~mentions["keyed"], mentions["person"].map("{:064x}".format))
    mentions["eid"] = mentions["code"]
    mentions["sid"] = [f"m{number}" for number in range(len(mentions))]
    mentions["office"] = mentions["source"].where(mentions["source"] == "legal_representative")
    table = next(folder.glob("*fddbrxx*.csv"))
    phones = pd.read_csv(table, encoding="gb18030", dtype="str", usecols=["tel_num", "uni_social_crd_cd"])
    phones = phones.dropna().set_axis(["number", "code"], axis=1)
    phones = phones.assign(eid=phones["code"], sid=[f"p{number}" for number in range(len(phones))])
    holdings = pd.read_parquet(truth / "holdings.parquet")
    holdings = holdings[holdings["shown"] & holdings["decided"]]
    firms = pd.DataFrame({"holder": holdings["holder_code"], "eid": holdings["company"]})
    firms["sid"] = [f"h{number}" for number in range(len(firms))]
    return mentions, pd.read_parquet(truth / "person_pairs.parquet"), phones, firms


def main() -> None:
    """Print one line for the run and one for each way of joining."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    mentions, pairs, phones, firms = read(parser.parse_args().folder)
    rules = person_policy().on(date.today())
    limits = {rule.kind: rule for rule in rules.evidence}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    began, used = time.perf_counter(), time.process_time()
    within = same_firm_name(mentions)
    named = named_in(mentions, rules.agents)
    no_branches = pd.DataFrame(columns=["eid", "parent", "sids"])
    circles = {
        "phone": phone_circles(phones, limits["phone"]),
        "holding": holding_circles(firms, no_branches, limits["holding"]),
        "rare_pair": pair_circles(named, limits["rare_pair"], rules.least_firms),
    }
    found = same_person(named, within, circles, rules)
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(mentions):,} mentions, {len(within):,} joined in firms, {len(found.same_as) - len(within):,} across")
    print(f"{seconds:.1f} s ({cpu:.1f} s of processor), peak {peak:,} MB, {before:,} MB before")
    codes = pd.Series(named["eid"].unique(), index=named["eid"].unique())
    persons = dict(zip(found.same_as["pid"], found.same_as["same_as"], strict=True))
    ways = {
        "rules": found_places(named, persons, codes),
        "same name": by_name(mentions),
        "name + phone": by_name_and_phone(mentions, phones),
    }
    for name, labels in ways.items():
        told = score(mentions, pairs, labels)
        print(
            f"{name:13} precision {told.precision:.4f}  recall {told.recall:.4f}  wrongly merged "
            f"{told.wrong_undecidable:,} of {told.undecidable:,} undecidable ({told.wrongly_merged:.4%}), "
            f"{told.decidable:,} decidable"
        )


if __name__ == "__main__":
    main()
