"""The record kinds of list work: a proceeding (办理事项) and a task of a joint measure as their last step left them.

Each step is a statement of its own.
"""

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
            "application": Field(T.NUMBER_TEXT, "申请编号"),
            "rules": Field(T.NUMBER_TEXT, "程序版本"),
            "actor": Field(T.TEXT, "操作人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
    # one per firm, measure and department
    Kind(
        "MeasureTask",
        "联合惩戒任务",
        "state",
        {
            "task": Field(T.NUMBER_TEXT, "任务编号"),
            "measure": Field(T.CATEGORY, "措施"),
            "department": Field(T.CATEGORY, "执行部门"),
            "purpose": Field(T.CATEGORY, "惩戒或激励"),
            "request": Field(T.INTEGER, "第几次"),
            "state": Field(T.CATEGORY, "状态"),
            "entries": Field(T.TEXT, "名单条目"),
            "lists": Field(T.TEXT, "名单"),
            "since": Field(T.DAY, "列入日期"),
            "basis": Field(T.TEXT, "依据"),
            "asked_on": Field(T.DAY, "发出日期"),
            "due_on": Field(T.DAY, "反馈期限"),
            "stepped_on": Field(T.DAY, "办理日期"),
            "taken": Field(T.FLAG, "是否实施"),
            "answer": Field(T.CATEGORY, "反馈"),
            "answered_on": Field(T.DAY, "反馈日期"),
            "answered_by": Field(T.TEXT, "反馈人"),
            "answer_due": Field(T.DAY, "实施反馈期限"),
            "note": Field(T.TEXT, "说明"),
            "ended_on": Field(T.DAY, "终止日期"),
            "why": Field(T.CATEGORY, "终止原因"),
            "lift": Field(T.CATEGORY, "解除反馈"),
            "lifted_on": Field(T.DAY, "解除日期"),
            "actor": Field(T.TEXT, "操作人"),
            "role": Field(T.TEXT, "角色"),
        },
    ),
    # a case handed to the police or a court (行刑衔接): what it was handed over for, and what came back
    Kind(
        "Referral",
        "涉嫌犯罪移送",
        "state",
        {
            "proceeding": Field(T.NUMBER_TEXT, "事项编号"),
            "crime": Field(T.TEXT, "涉嫌罪名"),
            "handed_to": Field(T.TEXT, "接收机关"),
            "handed_on": Field(T.DAY, "移送日期"),
            "receipt": Field(T.NUMBER_TEXT, "移送回执编号"),
            "result": Field(T.CATEGORY, "结果"),
            "answer_number": Field(T.NUMBER_TEXT, "立案或者不立案通知书文号"),
            "answered_on": Field(T.DAY, "立案或者不立案日期"),
            "court": Field(T.TEXT, "法院或者检察院"),
            "judgment_number": Field(T.NUMBER_TEXT, "裁判或者不起诉文书文号"),
            "judged_on": Field(T.DAY, "裁判日期"),
            "judgment": Field(T.TEXT, "裁判结果"),
            "set_off": Field(T.TEXT, "罚款折抵"),
            "case_source": Field(T.NUMBER_TEXT, "案件的数据源"),
            "case_key": Field(T.NUMBER_TEXT, "案件的记录键"),
        },
    ),
)
