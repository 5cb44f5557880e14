"""What each error code says (docs/errors.md, tested): what to do, in Chinese and English."""

from __future__ import annotations

from credit_graph.messages_access import ACCESS
from credit_graph.messages_api import API
from credit_graph.messages_lists import LIST_WORK
from credit_graph.messages_releases import RELEASES
from credit_graph.messages_site import SITE

# code: (Chinese, English); fields in braces come from the raiser
MESSAGES: dict[str, tuple[str, str]] = {
    # usage (exit 2)
    "usage.unknown_entity": (
        "找不到“{what}”。请核对统一社会信用代码、名称或编号。",
        "There is no “{what}”. Check the credit code, name or id.",
    ),
    "usage.several": (
        "“{what}”对应多个主体：{candidates}。请使用统一社会信用代码。",
        "“{what}” names several entities: {candidates}. Use the credit code.",
    ),
    "usage.not_a_firm": (
        "“{what}”是人员；这里须给出企业的代码或名称。",
        "“{what}” is a person; give the code or name of a firm here.",
    ),
    "usage.not_graded": (
        "“{what}”不在 {day} 的分级范围内（仅对存续的企业和分支机构分级）。",
        "“{what}” is not graded on {day} (only firms and branches in being are).",
    ),
    "usage.bad_value": ("参数 {option} 的值“{value}”无效：{why}", "{option} does not take “{value}”: {why}"),
    "usage.future": ("日期 {day} 在未来，不能使用。", "The day {day} lies in the future and can't be used."),
    "usage.before_data": (
        "{known} 时还没有任何数据。请选择更晚的时点。",
        "Nothing had been loaded by {known}. Choose a later point.",
    ),
    "usage.known_beyond": (
        "批次 {known} 还不存在：最后一个批次是 {last}。",
        "There is no batch {known} yet: the last one is {last}.",
    ),
    "usage.before_firms": (
        "{day} 早于数据起点：最早的主体成立于 {begin}。请选择更晚的日期。",
        "{day} lies before the data begins: the first firm was founded on {begin}. Choose a later day.",
    ),
    "usage.horizon_open": (
        "{at} 之后的观察期到 {until} 才结束（今天 {today}）。请选择更早的日期或更短的 --horizon。",
        "The time after {at} ends on {until} only (today is {today}). Choose an earlier day or a shorter --horizon.",
    ),
    "usage.before_records": (
        "{at} 早于数据起点：最早的检查或处罚记录是 {begin}。请选择更晚的日期。",
        "{at} lies before the data begins: the first inspection or penalty is of {begin}. Choose a later day.",
    ),
    "usage.bad_id": (
        "编号“{value}”无效，或不是发给本客户端的。请重新查询取得编号。",
        "The id “{value}” is damaged or was not given to this client. Query again for one.",
    ),
    "usage.bad_cursor": (
        "游标“{value}”无效，或不属于这个查询。请从第一页重新开始。",
        "The cursor “{value}” is damaged or not of this connection. Start again at the first page.",
    ),
    "usage.page_size": (
        "first 必须在 1 到 {limit} 之间。",
        "first must lie between 1 and {limit}.",
    ),
    "usage.too_costly": (
        "一次查询的开销最多 {limit}，本查询为 {cost}。请减小 first 或嵌套层数；explainCost 可查看开销。",
        "One query may cost {limit}, this one costs {cost}. Ask for smaller pages, fewer nested ones; see explainCost.",
    ),
    "usage.same_person": (
        "清除须由两个不同的人决定，“{by}”与“{second}”是同一人。未写入任何内容。",
        "An erasure is decided by two persons; “{by}” and “{second}” are one. Nothing was written.",
    ),
    "usage.query": ("查询有误：{why}", "The query is wrong: {why}"),
    # input (exit 3): the file is refused, nothing was written
    "input.not_found": ("没有这个文件或目录：{path}", "There is no such file or folder: {path}"),
    "input.no_permission": (
        "没有读取权限：{path}。请调整文件权限后重试。",
        "No permission to read {path}. Change the file's permissions and try again.",
    ),
    "input.empty": ("文件为空：{path}", "The file is empty: {path}"),
    "input.no_tables": (
        "{path} 中没有可读的表格文件（CSV、XLSX、JSON、Parquet、zip）。",
        "There is no table file (CSV, XLSX, JSON, Parquet, zip) in {path}.",
    ),
    "input.not_a_table": (
        "{path} 不是表格文件：{why}。请重新导出为 CSV、XLSX、JSON 或 Parquet。",
        "{path} is not a table: {why}. Export it again as CSV, XLSX, JSON or Parquet.",
    ),
    "input.encrypted": (
        "{path} 有密码保护。请去掉密码后另存再载入。",
        "{path} is protected by a password. Save it without one and load it again.",
    ),
    "input.damaged": ("{path} 已损坏或不完整：{why}", "{path} is damaged or cut off: {why}"),
    "input.too_large": ("{path} 超出限制：{why}", "{path} is over a limit: {why}"),
    "input.unsafe_archive": ("压缩包 {path} 不安全：{why}", "The archive {path} is not safe: {why}"),
    "input.changed": (
        "{path} 在读取过程中被修改。请等写入完成后重试。",
        "{path} changed while it was read. Try again when it is complete.",
    ),
    "input.loop": ("目录 {path} 含循环链接。", "The folder {path} contains a loop of links."),
    "input.unrecognised": (
        "无法识别 {path} 属于哪个数据源：{why}。可用 --source 指定。",
        "No definition fits {path}: {why}. Name one with --source.",
    ),
    "input.ambiguous": (
        "{path} 同时符合多个数据源：{why}。请用 --source 指定。",
        "More than one definition fits {path}: {why}. Choose with --source.",
    ),
    "input.duplicate_columns": (
        "{path} 的列名重复：{columns}。请改名或删去多余的列。",
        "{path} has columns of the same name: {columns}. Rename or delete one of each.",
    ),
    "input.unit_undecided": (
        "{path} 的列“{column}”单位无法确定（可能是 {units}）：{why}。请用 --unit {column}=单位 指定。",
        "The unit of column “{column}” in {path} can't be decided (possible: {units}): {why}. "
        "Say it with --unit {column}=UNIT.",
    ),
    "input.too_few_rows": (
        "{path} 只有 {rows} 行，少于定义要求的 {minimum} 行，拒绝载入。",
        "{path} has {rows} rows, fewer than the {minimum} that its definition expects: refused.",
    ),
    "input.not_a_secret": (
        "{path} 不是安装密钥的密封副本：{why}。",
        "{path} is no sealed copy of an installation secret: {why}.",
    ),
    "input.passphrase": (
        "无法打开 {path}：口令不对，或文件已被改动。",
        "{path} can't be opened: the passphrase is wrong, or the file was altered.",
    ),
    "input.not_an_export": (
        "{path} 不是 quarantine export 导出的工作簿：{why}。请保留前五列，重新导出后再改。",
        "{path} is no workbook of quarantine export: {why}. Keep its first five columns, or export again.",
    ),
    "input.not_applications": (
        "{path} 不是信用修复申请的导出文件：没有列 {why}。列名可在 policies/repair.yml 中补充。",
        "{path} is no export of applications for repair: it lacks {why}. Headers are data: policies/repair.yml.",
    ),
    "input.case": (
        "算例“{case}”的 {field} 有误：{why}",
        "The field {field} of the case “{case}” is wrong: {why}",
    ),
    "input.no_truth": (
        "{path} 不是 credit-graph generate 生成的目录：没有 truth。",
        "{path} was not made by credit-graph generate: it has no truth.",
    ),
    # definitions and policies (exit 4)
    "definition.invalid": ("定义文件 {path} 有误：{why}", "The definition {path} is wrong: {why}"),
    "policy.invalid": ("政策文件 {path} 有误：{why}", "The policy file {path} is wrong: {why}"),
    "policy.none_in_force": (
        "{day} 没有生效的政策：{what}",
        "No policy is in force on {day}: {what}",
    ),
    "policy.no_calendar": (
        "policies/working-days.yml 没有 {year} 年的工作日历，期限无法计算。请按国务院办公厅的通知补充该年。",
        "policies/working-days.yml has no calendar of {year}, so a term can't be told. Add that year as announced.",
    ),
    "policy.no_basis": (
        "“{list}”在 {day} 没有可用的依据，不能发布或实施：{why}",
        "{list} has no basis on {day} that may carry it, so it can't be released or applied: {why}",
    ),
    "policy.unset": (
        "“{what}”还没有设定：{parts}。未设定的依据、期限、起算日不作推定，不能继续。",
        "{what} leaves open: {parts}. A basis, period or start day that is not set is not guessed, so this stops here.",
    ),
    # store (exit 5)
    "store.unreachable": (
        "无法连接图数据库 {uri}：{why}。请检查地址和服务是否运行。",
        "The graph at {uri} can't be reached: {why}. Check the address and that the server runs.",
    ),
    "store.wrong_password": (
        "图数据库 {uri} 拒绝了用户名或密码。请检查 CREDIT_GRAPH_USER 与密码设置。",
        "The graph at {uri} refused the user or password. Check CREDIT_GRAPH_USER and the password.",
    ),
    "store.no_engine": (
        "本机没有嵌入式图引擎。请设置 CREDIT_GRAPH_URI 连接 Neo4j，或安装 arcadedb-embedded。",
        "There is no embedded engine on this machine. Set CREDIT_GRAPH_URI or install arcadedb-embedded.",
    ),
    "store.start_failed": (
        "嵌入式图引擎启动失败：{why}。日志见 {log}",
        "The embedded engine did not start: {why}. Its log: {log}",
    ),
    "store.disk_full": (
        "磁盘已满，写入中止，没有半途数据生效。请腾出空间后重新运行同一命令。",
        "The disk is full; writing stopped and nothing half-written counts. Make room and run the same command again.",
    ),
    "store.newer_schema": (
        "图的结构版本 {found} 比程序支持的 {known} 新。请升级程序。",
        "The graph's schema {found} is newer than this program's {known}. Upgrade the program.",
    ),
    "store.timeout": (
        "语句超时（{seconds} 秒）：{statement}",
        "Statement {statement} ran over {seconds} seconds.",
    ),
    "store.memory": (
        "图数据库的事务内存不足（{statement}）。请增大服务器的堆内存，或减小 CREDIT_GRAPH_BATCH_SIZE，再运行同一命令。",
        "The graph had too little memory for {statement}. Give the server more heap, or lower CREDIT_GRAPH_BATCH_SIZE, "
        "and run the same command again.",
    ),
    "store.failed": ("图数据库出错（{statement}）：{why}", "The graph failed in {statement}: {why}"),
    "store.damaged_backup": (
        "备份 {path} 不完整或被改动：{why}",
        "The backup {path} is incomplete or altered: {why}",
    ),
    "store.not_empty": (
        "图不是空的，不能恢复备份。请先运行 credit-graph db wipe --yes。",
        "The graph is not empty, so no backup can be restored. Run credit-graph db wipe --yes first.",
    ),
    "store.keyless": (
        "{nodes} 个节点（{labels}）没有唯一键，不能备份。请用 credit-graph db check 检查。",
        "{nodes} nodes ({labels}) have no unique key and can't be backed up. See credit-graph db check.",
    ),
    "store.restore_failed": (
        "恢复的内容与备份的数量不符。请运行 credit-graph db wipe --yes 后重新恢复。",
        "What was restored differs from the backup's counts. Run credit-graph db wipe --yes and restore again.",
    ),
    # state (exit 6)
    "state.audit_broken": (
        "审计日志 {path} 与上次写入后不一致：{why}。请运行 credit-graph audit verify，查明原因，把该目录另存后移走。",
        "The audit log {path} is not as it was left: {why}. Run credit-graph audit verify, find out why, "
        "and move the folder away.",
    ),
    "state.other_city": (
        "图中只有 {path} 的 {firms} 户市场主体中的 {present} 户。请先载入该目录。",
        "Of the {firms} entities of {path} only {present} are in the graph. Load that folder first.",
    ),
    "state.exists": ("{path} 已存在，不会覆盖。", "{path} exists already and is not overwritten."),
    "state.batch_open": (
        "批次 {seq}（{path}）尚未完成。请重新运行同一条 load 命令续传，或 credit-graph batch undo {seq}。",
        "Batch {seq} ({path}) is not finished. Run the same load again to resume, or credit-graph batch undo {seq}.",
    ),
    "state.built_upon": (
        "批次 {later} 建立在批次 {seq} 之上，请先撤销它们。",
        "Batches {later} build on batch {seq}: undo them first.",
    ),
    "state.locked": (
        "另一个写入者（{owner}）占用图已超过 {seconds} 秒。请稍后再试。",
        "Another writer ({owner}) has held the graph for over {seconds} seconds. Try again later.",
    ),
    "state.lock_lost": (
        "本进程停顿过久，写锁已被他人取得，写入中止（{purpose}）。请重新运行同一命令。",
        "This process paused too long and lost the writer lock; writing stopped ({purpose}). Run the command again.",
    ),
    "state.closures": (
        "{path}：范围 {scope} 将有 {closures}/{total} 条因缺失而关闭，超过限额。"
        "确认无误请加 --accept-closures {closures}。",
        "{path}: {closures} of {total} rows of scope {scope} would close for absence, over the limit. "
        "If that is right, add --accept-closures {closures}.",
    ),
    "state.secret": (
        "安装密钥与图不符或缺失：{why}。请恢复原密钥文件 {path}。",
        "The installation secret is missing or not the graph's: {why}. Put the original file back at {path}.",
    ),
    "state.secret_copy": (
        "不能采用该副本：{why}。此处的密钥未改动。",
        "The copy is not taken: {why}. The secret here is as it was.",
    ),
    "state.rotating": (
        "密钥轮换尚未完成，在此之前不能写入。请再次运行 credit-graph secret rotate。",
        "A rotation of the secret is unfinished; nothing can be written before. Run credit-graph secret rotate again.",
    ),
    "state.rotated": (
        "读取文件期间密钥已轮换，未写入任何数据。请重新运行同一命令。",
        "The secret was rotated while the files were read; nothing was written. Run the same command again.",
    ),
    "state.reader_lost": (
        "读取文件的进程被系统终止（多因内存不足），未写入任何数据。请腾出内存后重新运行同一命令。",
        "A process that read the files was killed by the system (most often for want of memory); nothing was written. "
        "Free memory and run the same command again.",
    ),
    "state.held": (
        "{source} 的记录 {key} 已有停用标记（{hold}）。请先用 credit-graph hold lift {hold} 解除。",
        "The record {key} of {source} is on hold already ({hold}). Lift that first: credit-graph hold lift {hold}",
    ),
    "state.not_held": (
        "停用标记 {hold} 已在批次 {seq} 解除。",
        "The hold {hold} was lifted already, by batch {seq}.",
    ),
    "state.hold_of_source": (
        "停用标记 {hold} 由数据源 {source} 作出，须由该数据源的下一次数据解除。",
        "The hold {hold} was placed by the source {source}; only its next delivery lifts it.",
    ),
    "state.person_decided": (
        "两人已有认定（{decision}）。请先用 credit-graph person undo {decision} 撤销。",
        "Something was decided of the two already ({decision}). Undo that first: credit-graph person undo {decision}",
    ),
    "state.level_decided": (
        "该主体（或整体）已有有效的分类认定（{decision}）。请先用 credit-graph level undo {decision} 撤销。",
        "A decision on the class stands already ({decision}). Undo that first: credit-graph level undo {decision}",
    ),
    "state.control_decided": (
        "已有同样的认定（{decision}）。请先用 credit-graph agreement undo {decision} 撤销。",
        "The same was decided already ({decision}). Undo that first: credit-graph agreement undo {decision}",
    ),
    "state.decision_undone": (
        "认定 {decision} 已在批次 {seq} 撤销。",
        "The decision {decision} was undone already, by batch {seq}.",
    ),
    "state.no_alert": ("“{firm}”没有风险预警。", "“{firm}” has no warning."),
    "state.alert_step": (
        "{firm} 的预警状态为“{state}”，不能进行“{step}”（须为：{needs}）。",
        "The warning of {firm} is “{state}”, so it can't be “{step}” (it has to be: {needs}).",
    ),
    "state.erasure_pending": (
        "{count} 条清除记录尚未全部应用到图（中断的清除，或恢复了旧备份）。请运行 credit-graph erase --apply。",
        "Not all of the {count} tombstones are applied to this graph (an erasure was interrupted, or an older backup "
        "restored). Run credit-graph erase --apply.",
    ),
    "state.tombstones": (
        "清除记录文件 {path} 缺失、过旧或损坏：{why}。请恢复最新的副本，否则已清除的内容会被重新载入。",
        "The file of tombstones {path} is missing, too old or damaged: {why}. Put the latest copy back, else what was "
        "erased would be loaded again.",
    ),
    "state.erased": (
        "{what} 不能按原样重建：其依据的记录 {sids} 已依法清除（清除记录 {stones}，{on}，依据：{basis}）。",
        "{what} can't be rebuilt as it was: the statements {sids} behind it were erased by law (tombstone {stones}, "
        "{on}, basis: {basis}).",
    ),
    "state.was_erased": (
        "{what} 已依法清除（清除记录 {stone}，{on}，依据：{basis}）。",
        "{what} was erased by law (tombstone {stone}, {on}, basis: {basis}).",
    ),
    "state.no_data": (
        "图中没有数据。请先运行 credit-graph load。",
        "The graph is empty. Run credit-graph load first.",
    ),
    "state.other_data": (
        "图 {home} 中已有其他数据，演示不会混入。请用 CREDIT_GRAPH_HOME 指定空目录，或用 --data 载入自己的文件。",
        "The graph at {home} holds other data, which the demo leaves alone. "
        "Point CREDIT_GRAPH_HOME to an empty folder, or load your own files with --data.",
    ),
    "state.too_few_found": (
        "{at} 之后至 {until}，分级企业中只查出 {found} 起违法，至少需要 {least} 起。"
        "请改用 --sample all 或更长的 --horizon。",
        "After {at} up to {until} only {found} violations were found among graded firms; {least} are needed. "
        "Use --sample all or a longer --horizon.",
    ),
    "state.no_run": (
        "还没有 {what} 结果。请先运行 credit-graph {command}。",
        "There is no {what} result yet. Run credit-graph {command} first.",
    ),
    "state.keys": (
        "API 密钥文件 {path} 无法读取：{why}。请恢复备份，或删除后重新创建密钥。",
        "The file of API keys {path} can't be read: {why}. Restore it, or remove it and create keys again.",
    ),
    "state.release_exists": (
        "{path} 已有其他内容，不会覆盖。请换一个目录。",
        "{path} holds something else and is not overwritten. Choose another folder.",
    ),
    "state.release_differs": (
        "发布 {release} 不能按原样重建：政策、程序或图中数据已改变。",
        "The release {release} can't be rebuilt as it was: policy, program or graph have changed.",
    ),
    "state.run_differs": (
        "分级 {run} 不能按原样重建：程序、关联规则或图中数据已改变，或文件被改动。",
        "The grade run {run} can't be rebuilt as it was: program, rules of links or graph have changed, or its file "
        "was altered.",
    ),
    "state.use_ended": (
        "批次 {seq} 之后有条目已停止使用（修复、撤销或届满），不能按该时点发布。请去掉 --known。",
        "Since batch {seq} entries were put out of use (repaired, withdrawn, expired): leave out --known.",
    ),
    "state.cannot_write": (
        "不能写入 {path}：{why}。请检查权限和磁盘空间。",
        "Can't write {path}: {why}. Check permissions and disk space.",
    ),
    "state.policy_changed": (
        "该次分级所用的政策 {policy} 由其他版本的程序写入，无法读取。请重新运行 credit-graph grade。",
        "The policy {policy} of that run was written by another version of the program and can't be read. "
        "Run credit-graph grade again.",
    ),
    "state.changed_meanwhile": (
        "计算期间图中有记录被清除或撤回，请重新运行。",
        "Records were erased or taken back while this was computed. Run it again.",
    ),
    "state.busy": ("{what} 正被另一进程使用。", "{what} is in use by another process."),
    # access (exit 7)
    # server: what a client is told when the fault is ours; the log has the rest under the id
    "server.internal": (
        "服务内部错误，编号 {id}。请把编号告知管理员。",
        "An internal error, number {id}. Tell the administrator the number.",
    ),
    "server.unavailable": (
        "图数据库暂不可用，编号 {id}。请稍后再试。",
        "The graph is not available, number {id}. Try again later.",
    ),
    **ACCESS,
    **API,
    **LIST_WORK,
    **RELEASES,
    **SITE,
}
