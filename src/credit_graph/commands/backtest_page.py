"""The backtest as one page that opens anywhere without a network: tables, charts, and how to read them."""

from __future__ import annotations

import math
from html import escape

from credit_graph import __version__
from credit_graph.commands.backtest_text import ARMS, facts, leak_text, percent
from credit_graph.commands.svg import Chart, marks
from credit_graph.grading.backtest.compare import ArmName
from credit_graph.grading.backtest.measures import Measures
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs.backtest import Backtest
from credit_graph.text import language, t

_STYLE = """
body { margin: 0; font: 15px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #222; }
main { max-width: 72rem; margin: 1.5rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; }
th, td { border: 1px solid #ccc; padding: .3rem .6rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
small { color: #666; display: block; white-space: normal; } .wide { overflow-x: auto; }
.notice { border-left: 4px solid #a33; padding-left: .8rem; }
.leak { background: #fde8e8; border-left: 4px solid #c00; padding: .4rem .8rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; break-inside: avoid; } figcaption { font-size: .9rem; }
svg { width: 100%; height: auto; font-size: 12px; } svg text { fill: #444; }
.grid { stroke: #e6e6e6; } .axis { stroke: #888; fill: none; } .whisker { stroke: #333; fill: none; }
.line { fill: none; stroke-width: 2; } .even { stroke: #bbb; stroke-width: 1; stroke-dasharray: 2 4; }
.line.policy { stroke: #1f5fa8; } .line.own_history { stroke: #c96a12; stroke-dasharray: 8 3; }
.line.rewired { stroke: #3b8a4a; stroke-dasharray: 3 3; } .line.permuted { stroke: #999; stroke-dasharray: 1 3; }
.policy { fill: #1f5fa8; } .own_history { fill: #c96a12; } .rewired { fill: #3b8a4a; } .permuted { fill: #999; }
.line { fill: none; } .dot { fill-opacity: .7; } .key { font-weight: bold; } .key i { font-style: normal; }
"""


def page(test: Backtest) -> str:
    """The whole page; its language is that of the program, and it names no firm."""
    title = t(
        f"信用风险分类回测 {test.at} 之后至 {test.until}",
        f"Backtest of risk classes after {test.at} up to {test.until}",
    )
    lines = "".join(f"<p>{escape(line)}</p>" for line in facts(test))
    leaks = "".join(f'<p class="leak">{escape(leak_text(leak))}</p>' for leak in test.result.leaks)
    known = t("当日尚未载入数据，按来源记录日期重建", "nothing was loaded: reconstructed")
    seq = test.past.seq
    stand = known if seq is None else t(f"已知批次 {seq}", f"known up to batch {seq}")
    foot = t(
        f"政策 {test.policy.policy} · {stand} · 结果截至批次 {test.last} · 程序 {__version__}",
        f"policy {test.policy.policy} · {stand} · outcomes up to batch {test.last} · program {__version__}",
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if language() == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f'<p class="notice">{escape(t(*NOTICE))}</p>{leaks}{_table(test)}{lines}'
        f'<div class="charts">{_charts(test)}</div>{_reading()}'
        f"<p><small>{escape(foot)}</small></p></main></body></html>\n"
    )


def _table(test: Backtest) -> str:
    top = test.rules.top_percent
    levels = [level.level for level in test.policy.scale.levels]
    head = [t("方案", "arm"), "AUC", "KS", t(f"前 {top}% 提升", f"lift {top} %")]
    head += [t(f"{level} 类查出率", f"rate of {level}") for level in levels]
    head += [t("Brier 分", "Brier"), t("校准误差", "calibration error")]
    rows = [_row(t(*ARMS[name]), measures) for name, measures in test.result.arms.items()]
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    table = f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _row(name: str, measures: Measures) -> str:
    cells = [escape(name), _figure(measures.auc, 4), _figure(measures.ks, 4), _figure(measures.lift, 2)]
    for row in measures.levels:
        told = f"[{percent(row.rate.low)}, {percent(row.rate.high)}] {row.found}/{row.looked_at}"
        cells.append(f"{percent(row.rate.value)}<small>{told}</small>" if row.looked_at else "–")
    found = measures.calibration
    cells += ["–", "–"] if found is None else [_figure(found.brier, 4), _figure(found.error, 4)]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _figure(value: float, places: int) -> str:
    return "–" if math.isnan(value) else f"{value:.{places}f}"


def _charts(test: Backtest) -> str:
    charts = [_roc(test), _levels(test), _calibration(test), _draws(test)]
    return "".join(f"<figure>{chart}<figcaption>{caption}</figcaption></figure>" for chart, caption in charts if chart)


def _key(*names: str) -> str:
    """What the colours mean."""
    style = {"policy": "#1f5fa8", "own_history": "#c96a12", "rewired": "#3b8a4a", "permuted": "#777"}
    words = [f'<i style="color:{style[name]}">■ {escape(t(*ARMS[name]))}</i>' for name in ARMS if name in names]
    return f'<span class="key">{" ".join(words)}</span>'


def _roc(test: Backtest) -> tuple[str, str]:
    """The curves of all arms."""
    title = t("ROC 曲线", "ROC curves")
    chart = Chart(title, (0, 1), (0, 1))
    ticks = marks(0, 1, percent=True)
    names = t("未查出违法者的占比", "share of those without"), t("查出违法者的占比", "share of those with a violation")
    chart.axes(ticks, ticks, names)
    chart.line([(0, 0), (1, 1)], "even")
    for name, measures in test.result.arms.items():
        x, y = measures.roc
        told = f"{t(*ARMS[name])} AUC {measures.auc:.4f}"
        chart.line(zip(x.tolist(), y.tolist(), strict=True), name, told)
    text = t("越靠左上越好；对角线为随机。", "The further to the upper left the better; the diagonal is chance.")
    return chart.render(), f"{escape(title)}。{text} {_key(*ARMS)}"


def _levels(test: Backtest) -> tuple[str, str]:
    """Rates of the classes with their intervals, with and without other firms."""
    title = t("各类查出率", "rate per class")
    both: tuple[ArmName, ...] = ("policy", "own_history")
    arms = [(name, test.result.arms[name].levels) for name in both]
    highest = max((row.rate.high for _, rows in arms for row in rows if row.looked_at), default=1.0)
    top = min(1.0, highest * 1.05)
    count = len(arms[0][1])
    chart = Chart(title, (0.5, count + 0.5), (0, top))
    chart.axes(
        [(number + 1, row.level) for number, row in enumerate(arms[0][1])],
        marks(0, top, percent=True),
        (t("类别", "class"), t("查出率", "rate")),
    )
    for shift, (name, rows) in zip((-0.19, 0.19), arms, strict=True):
        for number, row in enumerate(rows, start=1):
            if row.looked_at:
                told = f"{t(*ARMS[name])} {row.level}: {percent(row.rate.value)} ({row.found}/{row.looked_at})"
                chart.bar(number + shift, 0.34, row.rate.value, name, told)
                chart.whisker(number + shift, row.rate.low, row.rate.high)
    confidence = test.rules.confidence_percent
    text = t(f"须线为 {confidence}% Wilson 区间。", f"Whiskers: {confidence} % Wilson intervals.")
    return chart.render(), f"{escape(title)}。{text} {_key('policy', 'own_history')}"


def _calibration(test: Backtest) -> tuple[str, str]:
    """What was expected of firms against what came."""
    title = t("校准", "calibration")
    found = test.result.arms["policy"].calibration
    if found is None:
        return "", ""
    top = min(1.0, 1.05 * max(max(one.rate.high, one.expected) for one in found.bins))
    chart = Chart(title, (0, top), (0, top))
    ticks = marks(0, top, percent=True)
    chart.axes(ticks, ticks, (t("预期查出率", "expected rate"), t("实际查出率", "rate found")))
    chart.line([(0, 0), (top, top)], "even")
    for one in found.bins:
        told = f"{percent(one.expected)} → {percent(one.rate.value)} ({one.looked_at})"
        chart.whisker(one.expected, one.rate.low, one.rate.high)
        chart.dot(one.expected, one.rate.value, "policy", told)
    text = t(
        "点在对角线上即预期与实际一致。预期由前一观察期、其他族群推得。",
        "On the diagonal what came is what was expected, as learnt from the period before and other groups.",
    )
    return chart.render(), f"{escape(title)}。{text}"


def _draws(test: Backtest) -> tuple[str, str]:
    """The AUC of each arm, of every rewiring and every permutation."""
    title = t("AUC：与偶然比较", "AUC against chance")
    result = test.result
    alone: tuple[ArmName, ...] = ("policy", "own_history")
    rows = {name: [result.arms[name].auc] for name in alone}
    rows |= {name: values.tolist() for name, values in result.draws.items()}
    own, over = result.arms["own_history"].auc, result.over_own
    every = [value for values in rows.values() for value in values] + [own + over.low, own + over.high]
    every = [value for value in every if not math.isnan(value)]
    low, high = min(every) - 0.02, max(every) + 0.02
    chart = Chart(title, (low, high), (0.5, len(rows) + 0.5))
    chart.axes(marks(low, high), [], ("AUC", ""))
    for height, (name, values) in enumerate(reversed(rows.items()), start=1):
        for value in values:
            chart.dot(value, height, name, f"{t(*ARMS[name])} {value:.4f}")
    if not math.isnan(over.low):
        chart.spread(len(rows) - 0.35, own + over.low, own + over.high)
    text = t(
        "每点一次抽取；横线为“政策减仅自身记录”的区间，自仅自身记录的 AUC 量起。",
        "One dot per draw; the bar is the interval of policy less own history, measured from the latter's AUC.",
    )
    return chart.render(), f"{escape(title)}。{text} {_key(*ARMS)}"


def _reading() -> str:
    """How to read it, and what it can't say."""
    lines = (
        t(
            "查出率来自抽查：只有按已知概率抽中的检查才说明违法在哪里，其余只说明检查去了哪里。",
            "Rates come from draws: only checks of known probability say where violations are; "
            "others say where people looked.",
        ),
        t(
            "“仅自身记录”去掉关联关系指标；“关联随机重连”保留每个主体的关联数，只换对象。三者相近时，关联关系没有帮助。",
            "“Own history only” leaves related firms out; “ties left to chance” keeps everyone's number of ties and "
            "changes with whom. Where all three are alike the graph does not help.",
        ),
        t(
            "“结果随机打乱”的 AUC 应在 0.5 左右；明显偏离说明评测本身有误。",
            "With outcomes shuffled the AUC is about 0.5; if it is not, the test itself is wrong.",
        ),
        t("方法见 docs/grading.md。", "The method is in docs/grading.md."),
    )
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
