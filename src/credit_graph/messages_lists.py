"""What the error codes of list work (名单办理) say; part of the one table in ``messages.py``."""

from __future__ import annotations

LIST_WORK: dict[str, tuple[str, str]] = {
    "state.text_decided": (
        "该文字已认定可以公开（{decision}）。如须撤销：credit-graph redact undo {decision}",
        "That text may leave already ({decision}). To undo that: credit-graph redact undo {decision}",
    ),
    "letter.value": (
        "文书 {letter} 的“{field}”不能写入：{why}",
        "The letter {letter} can't take this “{field}”: {why}",
    ),
    "input.release_text_too_long": (
        "名单第 {number} 条的“{column}”超过 32,767 个字符，工作簿的单元格容纳不下。请先缩短来源中的文字。",
        "“{column}” of entry {number} has over 32,767 characters, more than a cell holds. Shorten the source's text.",
    ),
    "letter.unfilled": (
        "文书 {letter} 缺少：{fields}。请补全后再生成。",
        "The letter {letter} lacks: {fields}. Fill them in first.",
    ),
    "state.step_order": (
        "事项 {id} 现在不能办理“{step}”，下一步是：{next}。",
        "The proceeding {id} is not at “{step}”: the next step is {next}.",
    ),
    "state.ended": (
        "事项 {id} 已办结（{state}），不能再办理。",
        "The proceeding {id} is done ({state}): no step can be taken.",
    ),
    "state.in_effect": (
        "事项 {id} 的决定已经生效，不能中止；请另行办理移出、撤销或者更正。",
        "The decision of {id} is in effect and can't be stopped: remove, withdraw or correct the entry instead.",
    ),
    "state.step_early": (
        "{id}：“{step}”最早 {day} 才能办理（法定期限未满）。",
        "{id}: “{step}” can be taken from {day} on; the term set by law is not over.",
    ),
    "state.dated_back": (
        "事项 {id} 的上一步在 {last} 办理，今天（{day}）早于该日。请核对系统日期。",
        "The last step of {id} was taken on {last}, after today ({day}). Check the machine's date.",
    ),
    "state.same_person": (
        "{id}：{actor} 已办理“{other}”，不能再办理“{step}”。请由他人办理。",
        "{id}: {actor} took the step “{other}” and can't take “{step}” too. Somebody else has to.",
    ),
    "state.proceeding_open": (
        "{firm} 已有同一程序（{procedure}）的在办事项。请先办结。",
        "A proceeding of that kind ({procedure}) is open for {firm}. Finish it first.",
    ),
    "state.number_used": (
        "文号 {number} 已用于事项 {id}。请核对。",
        "The number {number} is that of a document of {id}. Check it.",
    ),
    "state.subject_changed": (
        "事项 {id} 的当事人“{name}”已变化（{why}）。请中止该事项（list stop），以现在的主体重新办理。",
        "The firm of {id}, “{name}”, has changed ({why}). Stop the proceeding (list stop) and begin it anew.",
    ),
    "state.subject_ended": (
        "“{firm}”已不存续（{state}），不能办理。",
        "“{firm}” is no longer in being ({state}).",
    ),
    "state.not_competent": (
        "本机关对“{firm}”没有管辖权：{why}。请移交有权机关。",
        "This bureau is not competent for “{firm}”: {why}. Hand it to the authority that is.",
    ),
    "state.listed_already": (
        "“{firm}”已因同一情形列入{list}。",
        "“{firm}” stands on the list already, on the same ground: {list}.",
    ),
    "state.not_listed": (
        "“{firm}”没有可办理的{list}条目。",
        "“{firm}” has no such entry: {list}.",
    ),
    "state.no_repair_needed": (
        "{what}不需要信用修复：{why}。",
        "{what} needs no repair: {why}.",
    ),
    "state.no_early_stop": (
        "{what}不得提前停止公示：{why}。",
        "{what} can't be stopped early: {why}.",
    ),
    "state.on_list": (
        "“{firm}”仍在{list}中，不符合信用修复条件。请先移出。",
        "“{firm}” still stands on a list, so this can't be repaired: {list}. It has to be removed first.",
    ),
    "state.clock_open": (
        "{what}的公示期限不能确定，不能办理修复：{why}。",
        "How long {what} has to be shown can't be told, so it can't be repaired: {why}.",
    ),
    "state.shown_too_short": (
        "{what}的最短公示期未满，最早 {day} 可以申请修复（{article}）。",
        "{what} has not been shown for the minimum: repair can be asked for from {day} on ({article}).",
    ),
    "state.application_known": (
        "申请 {application} 已经接收（{id}），没有重复立项。",
        "The application {application} was taken already ({id}); nothing was begun twice.",
    ),
    "state.materials_missing": (
        "{what}的申请缺少材料：{materials}。请通知申请人补正后再接收。",
        "The application of {what} lacks: {materials}. Have the applicant hand it in first.",
    ),
    "state.not_published": (
        "“{firm}”的条目从未公示，无须撤销公示：请办结事项 {id} 或者更正。",
        "The entry of “{firm}” was never published, so there is nothing to withdraw: see the proceeding {id}.",
    ),
    "state.task_step": (
        "任务 {id} 不接受这个反馈：现为 {now}（{state}）。请重新导出后填写。",
        "{id} takes no such answer: it is {now} now ({state}). Export it again.",
    ),
    "input.no_answers": (
        "{path} 没有反馈表：须有列“{columns}”。请使用 measures export 导出的表格。",
        "{path} is no table of answers: it needs the columns {columns}. Use what measures export wrote.",
    ),
    "input.answer_faults": (
        "{path} 有 {count} 行不能接受（见上），未写入；--partial 可只写入其余各行。",
        "{path}: {count} rows can't be taken (see above), so nothing was written; --partial takes the others.",
    ),
    "state.not_publishable": (
        "“{firm}”的这一处罚不得公布：{why}。",
        "This penalty of “{firm}” must not be published: {why}.",
    ),
    "state.receipt_given": (
        "该渠道的公示回执已有记录（{receipt}）。如有错误，请先用 credit-graph receipt undo {receipt} 撤销。",
        "That channel's receipt is there already ({receipt}). If it is wrong: credit-graph receipt undo {receipt}",
    ),
    "input.columns": (
        "{path} 缺少列：{columns}。未写入任何内容。",
        "{path} lacks the columns {columns}. Nothing was written.",
    ),
    "input.not_a_return": (
        "{path} 不能作为报送表收取：{why}。未写入任何内容。",
        "{path} can't be taken as a form sent back: {why}. Nothing of it was written.",
    ),
    "input.return_altered": (
        "{path} 的工作表“{sheet}”{where}：{why}。未写入任何内容。",
        "{path}, sheet “{sheet}”, {where}: {why}. Nothing of it was written.",
    ),
}
