"""The record kind of list work: a proceeding (办理事项) as its last step left it; each step is a statement."""

from __future__ import annotations

from credit_graph.model.fields import Field, FieldType, Kind

T = FieldType

PROCEEDING_KINDS: tuple[Kind, ...] = (
    Kind(
        "Proceeding",
        "名单办理事项",
        "state",
        {
            "proceeding": Field(T.NUMBER_TEXT, "事项编号"),
            "list_name": Field(T.CATEGORY, "名单"),
            "procedure": Field(T.CATEGORY, "程序"),
            "does": Field(T.CATEGORY, "事项"),
            "subject_name": Field(T.TEXT, "立项时名称"),
            "ground": Field(T.NUMBER_TEXT, "情形（条款）"),
            "state": Field(T.CATEGORY, "状态"),
            "is_open": Field(T.FLAG, "是否在办"),
            "next_step": Field(T.CATEGORY, "下一步"),
            "next_role": Field(T.CATEGORY, "下一步角色"),
            "due_on": Field(T.DAY, "办理期限"),
            "opened_on": Field(T.DAY, "立项日期"),
            "stepped_on": Field(T.DAY, "办理日期"),
            "decided_on": Field(T.DAY, "决定日期"),
            "published_on": Field(T.DAY, "公示日期"),
            "receipt": Field(T.NUMBER_TEXT, "公示系统回执编号"),
            "numbers": Field(T.TEXT, "文书文号"),
            "steps": Field(T.TEXT, "办理过程"),
            "entry_source": Field(T.NUMBER_TEXT, "名单条目的数据源"),
            "entry_key": Field(T.NUMBER_TEXT, "名单条目的记录键"),
            "listed_on": Field(T.DAY, "列入日期"),
            "listed_by": Field(T.TEXT, "列入机关"),
            "bundle": Field(T.NUMBER_TEXT, "批次"),
            "rules": Field(T.NUMBER_TEXT, "程序版本"),
            "actor": Field(T.TEXT, "操作人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
)
