"""``credit-graph doctor``: is this installation sound, and what to do where it is not."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args

import typer
from pydantic import ValidationError

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.errors import CreditGraphError, StateError
from credit_graph.jobs import signing_keys
from credit_graph.lists.authority import authority_on
from credit_graph.lists.collecting import collecting_on
from credit_graph.lists.issuers import issuers_on
from credit_graph.lists.letters import template, template_names
from credit_graph.lists.policy import list_names
from credit_graph.model.chain import links
from credit_graph.resources import Folder, root
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded, secret
from credit_graph.store.catalogue import names, statement
from credit_graph.store.files import private_folder
from credit_graph.store.java import package_folder
from credit_graph.store.migrate import schema_version
from credit_graph.text import t

PYTHONS = ((3, 11), (3, 14))
KEY_AGE, KEY_NOTICE = timedelta(days=366), timedelta(days=30)  # a signing key is changed once a year (docs/keys.md)
LOW_DISK_BYTES = 2**30  # a load of a city's files, its indexes and a backup need about that much
SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
OTHER_VARIABLES = frozenset({"CREDIT_GRAPH_LANG", "CREDIT_GRAPH_TODAY"})  # read by text and clock


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. A ``note`` is worth knowing; a ``fault`` has to be mended, and says how."""

    check: str
    status: Literal["ok", "note", "fault"]
    detail: str


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", help="检查安装并说明如何修复 / check this installation")(doctor)


def doctor(as_json: common.JsonOption = False) -> None:
    """Check the installation; exit status 0 only if nothing has to be mended."""
    findings = list(examine())
    if as_json:
        common.print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        marks = {"ok": t("正常", "OK"), "note": t("注意", "note"), "fault": t("故障", "FAULT")}
        rows = [(finding.check, marks[finding.status], finding.detail) for finding in findings]
        columns = [t("检查项", "check"), t("结果", "result"), t("说明", "detail")]
        common.print_table(t("安装检查", "Installation"), columns, rows)
    if any(finding.status == "fault" for finding in findings):
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """All findings, one after the other; the embedded engine is started to prove it."""
    yield _python()
    yield _resources()
    yield from _bureau()
    yield _today()
    try:
        settings = Settings()
    except ValidationError as error:
        yield from _bad_settings(error)
        return
    yield from _configuration(settings)
    yield _home(settings)
    yield _disk(settings)
    yield _secret_file(settings)
    yield from signing_key(settings.home.resolve())
    if settings.embedded:
        package = _package()
        yield package
        if package.status == "fault":
            return
    yield from _engine(settings)


def _python() -> Finding:
    found = sys.version.split()[0]
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Finding("python", "ok", f"Python {found}")
    return Finding("python", "fault", t(f"{found}：请使用 Python 3.11–3.14", f"{found}: use Python 3.11 to 3.14"))


def _resources() -> Finding:
    """The folders that travel with the program are there and every statement has a sound header."""
    try:
        folders = [root(name) for name in get_args(Folder)]
        statements = [statement(name) for name in names()]
    except (OSError, ValueError, KeyError) as error:
        return Finding("resources", "fault", t(f"{error}；请重新安装", f"{error}; install the program again"))
    empty = [folder.name for folder in folders if not any(folder.iterdir())]
    if empty or not statements:
        names_text = ", ".join(empty or ["cypher"])
        why = t(f"目录为空：{names_text}；请重新安装", f"empty: {names_text}; install the program again")
        return Finding("resources", "fault", why)
    return Finding("resources", "ok", t(f"{len(statements)} 条图语句", f"{len(statements)} statements"))


def _bureau() -> Iterator[Finding]:
    """Whose bureau this is, and that every letter that it may have edited is whole."""
    try:
        letters = [template(name) for name in template_names()]
        bureau = authority_on(clock.today())
        collecting_on(clock.today())
        for name in list_names():
            issuers_on(name, clock.today())
    except (CreditGraphError, ValueError) as error:
        yield Finding("bureau", "fault", str(error))
        return
    why = t(f"{bureau.name}，文书模板 {len(letters)} 个", f"{bureau.name}, {len(letters)} templates of letters")
    if bureau.demo:
        why += t("；是演示机关，请改 policies/authority.yml", "; it is the demo's: change policies/authority.yml")
    yield Finding("bureau", "note" if bureau.demo else "ok", why)


def _today() -> Finding:
    fixed = os.environ.get("CREDIT_GRAPH_TODAY")
    if not fixed:
        return Finding("today", "ok", str(clock.today()))
    try:
        day = clock.today()
    except ValueError:
        why = t("不是日期 (YYYY-MM-DD)，请改正或取消该变量", "is no day (YYYY-MM-DD): mend or unset it")
        return Finding("today", "fault", f"CREDIT_GRAPH_TODAY={fixed} {why}")
    why = t("今天被固定为", "today is fixed at")
    return Finding("today", "note", f"{why} {day} (CREDIT_GRAPH_TODAY)")


def _bad_settings(error: ValidationError) -> Iterator[Finding]:
    for item in error.errors():
        name = f"CREDIT_GRAPH_{'_'.join(str(part) for part in item['loc']).upper()}"
        yield Finding("configuration", "fault", t(f"{name} 无效：{item['msg']}", f"{name}: {item['msg']}"))


def _configuration(settings: Settings) -> Iterator[Finding]:
    """Address, password and misspelt variables."""
    known = OTHER_VARIABLES | {f"CREDIT_GRAPH_{name.upper()}" for name in Settings.model_fields}
    for name in sorted(name for name in os.environ if name.upper().startswith("CREDIT_GRAPH_")):
        if name not in known:
            yield Finding("configuration", "note", t(f"不认识的变量 {name}", f"unknown variable {name}"))
    if settings.embedded:
        yield Finding("configuration", "ok", t("嵌入式引擎", "the embedded engine"))
        return
    uri = settings.uri or ""
    if uri.partition("://")[0] not in SCHEMES:
        why = t(f"{uri}：应为 bolt:// 或 neo4j:// 地址", f"{uri}: has to be bolt:// or neo4j://")
        yield Finding("configuration", "fault", f"CREDIT_GRAPH_URI {why}")
    elif settings.password_file:
        yield _private_file("configuration", settings.password_file)
    elif settings.password is None:
        why = t("没有设置密码：CREDIT_GRAPH_PASSWORD_FILE", "no password is set: CREDIT_GRAPH_PASSWORD_FILE")
        yield Finding("configuration", "note", why)
    else:
        yield Finding("configuration", "ok", uri)


def _private_file(check: str, path: Path) -> Finding:
    """A file that only its owner may read."""
    try:
        mode = path.stat().st_mode
        path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Finding(check, "fault", t(f"无法读取 {path}：{why}", f"can't read {path}: {why}"))
    if os.name != "nt" and mode & 0o077:
        why = t(f"{path} 对其他用户开放：chmod 600 {path}", f"{path} is open to others: chmod 600 {path}")
        return Finding(check, "fault", why)
    return Finding(check, "ok", str(path))


def _home(settings: Settings) -> Finding:
    """The data directory can be written, by its owner only. A missing one is made."""
    home = settings.home
    try:
        if not home.exists():
            private_folder(home)
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"x")
    except OSError as error:
        why = error.strerror or type(error).__name__
        text = t(f"不能写入 {home}：{why}；请检查权限", f"can't write to {home}: {why}; check its permissions")
        return Finding("home", "fault", text)
    if os.name != "nt" and home.stat().st_mode & 0o077:
        text = t(f"{home} 对其他用户开放：chmod 700 {home}", f"{home} is open to others: chmod 700 {home}")
        return Finding("home", "fault", text)
    return Finding("home", "ok", str(home))


def signing_key(home: Path) -> Iterator[Finding]:
    """The key that signs releases can be used today, and was not forgotten; nothing where there never was one."""
    try:
        known, today = signing_keys.history(home), clock.today()
        if not known.lines:
            return
        key = known.key(signing_keys.bureau_signer(home, today).key_id)
    except CreditGraphError as error:
        yield Finding("signing_key", "fault", str(error))
        return
    except ValueError:  # there is no today, which is told of already
        return
    said = t(f"{key.id}，自 {key.valid_from}", f"{key.id}, since {key.valid_from}")
    if today - key.valid_from > KEY_AGE:
        why = t("已用一年以上：credit-graph keys new", "used for over a year: credit-graph keys new")
    elif key.ends is not None and key.ends - today < KEY_NOTICE:
        why = t(f"{key.ends} 后失效：credit-graph keys new", f"not valid after {key.ends}: credit-graph keys new")
    else:
        yield Finding("signing_key", "ok", said)
        return
    yield Finding("signing_key", "note", t(f"{said}；{why}", f"{said}; {why}"))


def _disk(settings: Settings) -> Finding:
    place = next((p for p in (settings.home, *settings.home.absolute().parents) if p.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    text = t(f"剩余 {free / 2**30:.1f} GiB", f"{free / 2**30:.1f} GiB free")
    if free < LOW_DISK_BYTES:
        return Finding("disk", "fault", text + t("，请腾出空间", ": make room"))
    return Finding("disk", "ok", text)


def _secret_file(settings: Settings) -> Finding:
    """The secret's file; whether it is the graph's is asked of the graph."""
    path = secret.secret_path(settings)
    if not path.exists():
        return Finding("secret", "ok", t("尚无，首次载入时生成", "none yet: the first load makes it"))
    finding = _private_file("secret", path)
    if finding.status == "ok":
        try:
            number = len(links(secret.read(path)))
        except StateError as error:
            return Finding("secret", "fault", str(error))
        return Finding("secret", "ok", t(f"{path}（密钥链 {number} 节）", f"{path} (links: {number})"))
    return finding


def _package() -> Finding:
    """The embedded engine's package with its jars and Java runtime."""
    try:
        folder = package_folder()
    except CreditGraphError as error:
        return Finding("package", "fault", str(error))
    java = folder / "jre" / "bin" / ("java.exe" if os.name == "nt" else "java")
    if not any((folder / "jars").glob("*.jar")) or not os.access(java, os.X_OK):
        why = t("缺少 jars 或 jre，请重新安装 arcadedb-embedded", "no jars or jre: install arcadedb-embedded again")
        return Finding("package", "fault", f"{folder} {why}")
    return Finding("package", "ok", folder.name)


def _engine(settings: Settings) -> Iterator[Finding]:
    """The engine answers; its version, the schema, and whether the secret is the graph's. Changes nothing."""
    try:
        with _stopped_after(settings), Store.open(settings, migrate=False) as store:
            agent = store.connection.driver.get_server_info().agent
            yield Finding("engine", "ok", f"{agent} {store.connection.uri}")
            yield _schema(store)
            yield from _secret_of_graph(store, settings)
    except (CreditGraphError, OSError) as error:
        yield Finding("engine", "fault", str(error))


@contextmanager
def _stopped_after(settings: Settings) -> Iterator[None]:
    """An embedded engine that was started only for the proof is stopped again, unless somebody took it up."""
    ran = settings.embedded and embedded.status(settings) is not None
    try:
        yield
    finally:
        if settings.embedded and not ran:
            embedded.stop_if_unused(settings)


def _schema(store: Store) -> Finding:
    found = max((row["number"] for row in store.read("read/schema_version")), default=0)
    known = schema_version()
    if found > known:
        why = t(
            f"图的结构 {found} 比程序的 {known} 新，请升级程序", f"{found} is newer than {known}: upgrade the program"
        )
        return Finding("schema", "fault", why)
    if found < known:
        why = t(f"{found}，下一条命令会升级到 {known}", f"{found}, the next command brings it to {known}")
        return Finding("schema", "ok", why)
    return Finding("schema", "ok", str(found))


def _secret_of_graph(store: Store, settings: Settings) -> Iterator[Finding]:
    recorded = secret.graph_check(store)
    path = secret.secret_path(settings)
    if recorded is None:
        return
    try:
        whole = secret.read(path)
        applied = secret.links_of(recorded, whole)
    except StateError as error:
        yield Finding("secret", "fault", str(error))
        return
    if applied is not None and (applied < len(links(whole)) or store.read("read/rotation")):
        yield Finding("secret", "fault", str(StateError("state.rotating")))
    if applied is None:
        why = t("与图所用的密钥不同", "it is not the secret that the graph was made with")
        yield Finding("secret", "fault", str(StateError("state.secret", why=why, path=path)))
