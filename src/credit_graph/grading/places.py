"""Where an entity is supervised and what it does: county, market-supervision station (市场监管所), industry section."""

from __future__ import annotations

import re

import pandas as pd

from credit_graph.grading.reports_policy import Industry, ReportRules

UNKNOWN = ""  # no source tells


def placed(firms: pd.DataFrame, rules: ReportRules) -> pd.DataFrame:
    """county (six digits), county_name, station, section per ``eid``; "" where no source tells.

    ``firms``: the enterprises' view, with district, authority and industry_code.
    """
    county = firms["district"].str.slice(0, 6)
    county = county.where(county.str.fullmatch(r"\d{6}").fillna(False).astype(bool), UNKNOWN)
    names = _county_names(county, firms["authority"], rules.county)
    return pd.DataFrame(
        {
            "county": county,
            "county_name": county.map(names).astype("str").fillna(county),
            "station": _stations(firms, rules),
            "section": _sections(firms["industry_code"], rules.industries),
        },
        index=firms.index,
    )


def _county_names(county: pd.Series, authority: pd.Series, pattern: str) -> pd.Series:
    """What the authorities of each county call it: most often so, the first of equals."""
    named = _each(authority, lambda text: found.group(1) if (found := re.search(pattern, text)) else None)
    return _commonest(county[county != UNKNOWN], named)


def _stations(firms: pd.DataFrame, rules: ReportRules) -> pd.Series:
    """The policy's station of the town; else the registering authority, if it is one; else that which registered most
    of the town's others."""
    town, pattern = firms["district"], re.compile(rules.stations.pattern)
    own = _each(firms["authority"], lambda text: text if pattern.search(text) else None)
    by_town = town.map(_commonest(town[town.str.len() == 9], own)).astype("str")
    told = town.map(rules.stations.towns).astype("str")
    return told.fillna(own).fillna(by_town).fillna(UNKNOWN)


def _commonest(place: pd.Series, value: pd.Series) -> pd.Series:
    """The value that stands most often at each place; of equals the first in order."""
    pairs = pd.DataFrame({"place": place, "value": value.reindex(place.index)}).dropna()
    counts = pairs.groupby(["place", "value"]).size().reset_index(name="count")
    counts = counts.sort_values(["place", "count", "value"], ascending=[True, False, True])
    return counts.drop_duplicates("place").set_index("place")["value"]


def _each(column: pd.Series, read: object) -> pd.Series:
    """``read`` of each text; every spelling is looked at once."""
    found = {text: read(text) for text in column.dropna().unique()}  # type: ignore[operator]
    return column.map(found).astype("str")


def _sections(codes: pd.Series, industries: tuple[Industry, ...]) -> pd.Series:
    def section(code: str) -> str:
        if code[:1].isalpha():
            return code[0].upper()
        digits = "".join(filter(str.isdigit, code))
        # a table that keeps codes as numbers has lost the zero of 0111; a division alone has two digits
        division = int((digits.zfill(4) if len(digits) > 2 else digits.zfill(2))[:2]) if digits else 0
        return next((row.section for row in reversed(industries) if 0 < row.from_ <= division), UNKNOWN)

    return _each(codes, section).fillna(UNKNOWN)
