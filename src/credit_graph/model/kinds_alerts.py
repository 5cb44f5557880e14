"""Record kinds of early warning: the warning of a firm in the state that its handling gave it, and its signals."""

from __future__ import annotations

from credit_graph.model.fields import Field, FieldType, Kind

T = FieldType

ALERT_KINDS: tuple[Kind, ...] = (
    # one per firm: each step of its handling is a statement of its own, so that the earlier ones stay known
    Kind(
        "Alert",
        "风险预警",
        "state",
        {
            "state": Field(T.CATEGORY, "状态"),
            "step": Field(T.CATEGORY, "本次办理"),
            "round": Field(T.INTEGER, "第几次预警"),
            "level": Field(T.CATEGORY, "预警级别"),
            "points": Field(T.INTEGER, "分值"),
            "opened_on": Field(T.DAY, "预警日期"),
            "due_on": Field(T.DAY, "办理期限"),
            "owner": Field(T.TEXT, "责任人"),
            "measure": Field(T.TEXT, "处置措施"),
            "note": Field(T.TEXT, "说明"),
            "handled_on": Field(T.DAY, "处置日期"),
            "closed_on": Field(T.DAY, "销号日期"),
            "stepped_on": Field(T.DAY, "办理日期"),
            "actor": Field(T.TEXT, "操作人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
    # it stands while what it tells of lasts, whatever becomes of the warning
    Kind(
        "AlertSignal",
        "风险信号",
        "state",
        {
            "rule": Field(T.CATEGORY, "规则"),
            "object": Field(T.TEXT, "对象"),
            "round": Field(T.INTEGER, "第几次预警"),
            "points": Field(T.INTEGER, "分值"),
            "found_on": Field(T.DAY, "发现日期"),
            "figures": Field(T.TEXT, "数值"),
            "evidence": Field(T.TEXT, "依据的记录"),
        },
    ),
)
