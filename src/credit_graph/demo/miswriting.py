"""Firms' names as people write them in lists that they send: tries screening (批量核查) by what is known to be true."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from functools import cache

import numpy as np
import opencc
from pypinyin.pinyin_dict import pinyin_dict

_FORM = re.compile("(有限责任公司|有限公司|农民专业合作社|分公司)$")
# the city of the generator and its districts, as naming.py puts them before names
_REGION = re.compile("^(庆原市?|(西原|东川|华川|正安|合源|北岭|镇塬|宁川).)")
# looked up by hand in lists of characters that are often mistaken; not the list of the policy
_LOOK_ALIKE = (
    "天夫 大太 土士 末未 日曰 千干 人入 田由 王玉 木本 力刀 住佳 金全 白百 厂广 石右 万方 牛午 "
    "贝见 永水 今令 兔免 鸟乌 泰秦 丰半 祥详 瑞端 恒桓 隆降 顺须 龙尤 海悔 江红 西酉 北比 正止 "
    "春舂 秋秩 明朋 亮高 锐说 创剑 义叉 礼札 众丛 宇字 兰三 柏怕 林材 润涧 泽译 香杳 雨两 升井 "
    "建健 科料 服报 贸贺 食良 装袋 商南 物牧 具其 品晶 果杲 店占 药约 汽气 理埋 美姜 容客 百白 "
    "便使 利刘 超起 市巾 饰饬 程秤 投没 资贷 "
).split()

Draw = np.random.Generator


@cache
def _homophones() -> dict[str, list[str]]:
    """Character -> the common ones (GB 2312, first level) of its syllable, tone aside, as input methods offer them."""
    of_syllable: dict[str, list[str]] = defaultdict(list)
    for code in sorted(pinyin_dict):
        char, first = chr(code), pinyin_dict[code].partition(",")[0]
        bare = "".join(c for c in unicodedata.normalize("NFD", first) if not unicodedata.combining(c))
        encoded = char.encode("gb2312", errors="ignore")
        if len(encoded) == 2 and 0xB0 <= encoded[0] <= 0xD7:
            of_syllable[bare].append(char)
    return {char: chars for chars in of_syllable.values() for char in chars}


@cache
def _looks() -> dict[str, str]:
    return {a: b for pair in _LOOK_ALIKE for a, b in (tuple(pair), tuple(reversed(pair)))}


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _pick(choices: list[str] | range, draw: Draw) -> int:
    return int(draw.integers(len(choices)))


def full_width(name: str, draw: Draw) -> str:
    """With full-width letters, other brackets, spaces and dots."""
    place = 1 + _pick(range(len(name) - 1), draw)
    swapped = name.replace("（", "(").replace("）", ")") if "（" in name else name[:place] + "　" + name[place:]
    return " " + "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in swapped) + " "


def traditional(name: str, draw: Draw) -> str:
    """In traditional characters."""
    return str(_traditional().convert(name))


def other_form(name: str, draw: Draw) -> str:
    """Without the legal form, or with another wording of it."""
    spelled = {"有限公司": ("", "", "有限责任公司", "公司"), "农民专业合作社": ("", "合作社", "专业合作社")}
    found = _FORM.search(name)
    choices = list(spelled.get(found.group() if found else "", ("",)))
    return _FORM.sub(choices[_pick(choices, draw)], name)


def other_region(name: str, draw: Draw) -> str:
    """With the province before it, or without its region."""
    return "甘肃省" + name if draw.random() < 0.5 else _REGION.sub("", name)


def short(name: str, draw: Draw) -> str:
    """Own name and line of business only."""
    return _FORM.sub("", _REGION.sub("", name))


def homophone(name: str, draw: Draw) -> str:
    """A character that sounds the same."""
    found = _homophones()
    return _changed(name, lambda char: [c for c in found.get(char, []) if c != char], draw)


def look_alike(name: str, draw: Draw) -> str:
    """A character that looks much the same."""
    found = _looks()
    return _changed(name, lambda char: [found[char]] if char in found else [], draw)


def _changed(name: str, others: Callable[[str], list[str]], draw: Draw) -> str:
    places = [place for place, char in enumerate(name) if others(char)]
    if not places:
        return swapped(name, draw)
    place = places[_pick(range(len(places)), draw)]
    choices = others(name[place])
    return name[:place] + choices[_pick(choices, draw)] + name[place + 1 :]


def swapped(name: str, draw: Draw) -> str:
    """Two neighbours in each other's place."""
    places = [place for place in range(len(name) - 1) if name[place] != name[place + 1]]
    place = places[_pick(range(len(places)), draw)]
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def doubled(name: str, draw: Draw) -> str:
    """A character twice."""
    place = _pick(range(len(name)), draw)
    return name[:place] + name[place] + name[place:]


def dropped(name: str, draw: Draw) -> str:
    """A character left out."""
    place = _pick(range(len(name)), draw)
    return name[:place] + name[place + 1 :]


def as_it_is(name: str, draw: Draw) -> str:
    """The name."""
    return name


WAYS: dict[str, Callable[[str, Draw], str]] = {
    way.__name__: way
    for way in (
        as_it_is,
        full_width,
        traditional,
        other_form,
        other_region,
        short,
        homophone,
        look_alike,
        swapped,
        doubled,
        dropped,
    )
}
