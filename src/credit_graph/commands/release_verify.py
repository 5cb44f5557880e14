"""``credit-graph release verify | prove | verify-proof``: without graph, network or installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.errors import InputError, StateError
from credit_graph.jobs.signing_keys import file_bytes, read_history
from credit_graph.lists.editions.draft import APPROVALS, columns_of
from credit_graph.lists.editions.edition import SALT, Entry, Head
from credit_graph.lists.editions.keys import KeyHistory, Signed
from credit_graph.lists.editions.proof import Proven, prove, verify_proof
from credit_graph.lists.editions.verify import Verified, verify_files
from credit_graph.lists.entries import ENTRY_KINDS
from credit_graph.lists.policy import list_names, list_policy
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.store.files import write_whole
from credit_graph.text import joined, t

KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", help="所信任的公钥历史 keys.jsonl / public keys that you trust, from elsewhere"),
]


_FIRST = ("name", "credit_code", "registration_number")  # what people look for in an entry


def register(app: typer.Typer) -> None:
    """Add the commands to ``release``."""
    app.command("verify", help="核验一次发布 / check a release against its signatures")(verify)
    app.command("prove", help="出具列入证明 / write a proof that an entry is in a release")(prove_command)
    app.command("verify-proof", help="核验列入证明 / check such a proof")(verify_proof_command)


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="发布目录 / folder of the release")],
    keys: KeysOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Check every byte of a release, archive or public edition; exit status 3 with the first file that differs."""
    found = verify_files(folder_files(folder), _trusted(keys))
    if as_json:
        common.print_json(_as_json(found))
        return
    common.print_table(t("核验通过", "As it was published"), [t("项目", "item"), t("值", "value")], _rows(found))
    _say_keys(found.history, found.trusted)


def prove_command(
    code: Annotated[str, typer.Argument(metavar="CODE", help="统一社会信用代码或注册号 / credit code")],
    folder: Annotated[Path, typer.Option("--release", metavar="DIR", help="发布目录 / folder of the release")],
    out: Annotated[Path, typer.Option("--out", help="文件 / file to write")],
    keys: KeysOption = None,
) -> None:
    """Write the proof; the release is verified first, and an existing file is not overwritten."""
    if out.exists():
        raise StateError("state.exists", path=out)
    data = prove(folder_files(folder), code, _trusted(keys))
    try:
        write_whole(out, data)
    except OSError as error:
        raise StateError("state.cannot_write", path=out, why=error.strerror) from None
    zh = f"已写入 {out}。文件含该条目的全部内容和校验盐值，撤下后仍可证明：只交给确有需要的人。"
    en = f"{out} is written. It shows what the entry says, also after it is taken down: give it only to who needs it."
    common.console.print(t(zh, en), highlight=False, soft_wrap=True)


def verify_proof_command(
    file: Annotated[Path, typer.Argument(help="证明文件 / the proof")],
    keys: KeysOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Say whose entry was in which release of which day; exit status 3 where the proof does not hold."""
    found = verify_proof(file_bytes(file), _trusted(keys))
    if as_json:
        common.print_json(
            {**_head(found.head, found.published, found.history, found.trusted), "entries": found.entries}
        )
        return
    common.print_table(t("证明成立", "The proof holds"), [t("项目", "item"), t("值", "value")], _proven_rows(found))
    common.console.print(
        t(
            "仅证明公布当日在列；此后可能已经移出、修复或者期满而不再公示，现状请查最新公开版本。",
            "It shows that the entry was in the release on that day. It may have been taken down since: see the latest "
            "public edition.",
        ),
        soft_wrap=True,
    )
    _say_keys(found.history, found.trusted)


def folder_files(folder: Path) -> dict[str, bytes]:
    """The files below a folder by relative name.

    Raises ``InputError``: ``input.not_a_release`` where it is no folder, ``input.release_altered`` for what is neither
    file nor folder (a link may point elsewhere tomorrow), ``input.no_permission``.
    """
    if not folder.is_dir():
        raise InputError("input.not_a_release", path=folder)
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise InputError("input.release_altered", path=path, why=t("不是普通文件", "it is no ordinary file"))
        if path.is_file():
            try:
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
            except PermissionError:
                raise InputError("input.no_permission", path=path) from None
    return files


def _trusted(keys: Path | None) -> KeyHistory | None:
    return None if keys is None else read_history(keys)


def _head(head: Head, published: Signed, history: KeyHistory, trusted: bool) -> dict[str, Any]:
    signed = {"key": published.key.id, "by": published.key.owner, "on": str(published.signed_on)}
    return {**head.as_json(), "signed": signed, "keys": {"trusted": trusted, "fingerprint": history.root.fingerprint}}


def _as_json(found: Verified) -> dict[str, Any]:
    view = {name: found.index.get(name) for name in ("edition", "day", "period", "mark")}
    head = _head(found.head, found.published, found.history, found.trusted)
    return {**head, **view, "entries": found.entries, "removed": found.removed}


def _rows(found: Verified) -> list[tuple[str, Any]]:
    head, index = found.head, found.index
    public = index["edition"] == "public"
    edition = t("公开版本", "public edition") if public else t("存档版本（内部）", "archive, internal")
    rows = [*_head_rows(head, found.published), (t("版本", "edition"), edition)]
    if index.get("mark"):
        rows.append((t("标记", "mark"), index["mark"]))
    if public:
        rows.append((t("此为该日的公开内容", "as it may be shown on"), index["day"]))
    else:
        rows.append(
            (
                t("会签", "signed off by"),
                joined(name[len(APPROVALS) : -len(".json")] for name in index["files"] if name.startswith(APPROVALS)),
            )
        )
    rows += [(t("在列条目", "entries here"), found.entries), (t("已不再公示", "not shown any more"), found.removed)]
    return [*rows, (t("文件", "files"), len(index["files"]) + 2), (t("根", "root"), head.root)]


def _head_rows(head: Head, published: Signed) -> list[tuple[str, Any]]:
    by = f"{published.key.owner}（{published.key.id}，{published.signed_on}）"
    release = t(f"{head.release}（第 {head.number} 次）", f"{head.release} (number {head.number})")
    return [
        (t("名单", "list"), _list_title(head.list)),
        (t("发布", "release"), release),
        (t("公布日", "published on"), head.published_on),
        (t("签署", "signed by"), by),
    ]


def _proven_rows(found: Proven) -> list[tuple[str, Any]]:
    rows = _head_rows(found.head, found.published)
    for entry in found.entries:
        rows += [(f"  {name}", value) for name, value in _shown(entry)]
    return rows


def _shown(entry: Entry) -> list[tuple[str, str]]:
    titles = {column.name: t(column.zh, column.en) for column in columns_of({}, marked=True)}
    fields = {name: item.zh for kind in sorted(ENTRY_KINDS) for name, item in KINDS[kind].fields.items()}
    fields |= {name: item.zh for name, item in SUBJECT_FIELDS.items()}
    titles = {name: t(zh, name.replace("_", " ")) for name, zh in fields.items()} | titles
    order = dict.fromkeys([*_FIRST, *entry])
    return [
        (titles.get(name, name), value) for name in order if name != SALT and (value := entry.get(name)) is not None
    ]


def _list_title(name: str) -> str:
    """A list is called as its policy says, where this installation knows it."""
    if name not in list_names():
        return name
    title = list_policy(name).title
    return f"{t(title.zh, title.en)}（{name}）"


def _say_keys(history: KeyHistory, trusted: bool) -> None:
    root = history.root.fingerprint
    zh = f"公钥与所给的公钥历史一致，第一个密钥的指纹：{root}"
    en = f"The keys are those that you gave; fingerprint of the first: {root}"
    if not trusted:
        zh = f"公钥取自文件本身。请与本机关公布的指纹核对：{root}（或用 --keys 给出所信任的公钥）"
        en = "The keys come from the files themselves. Compare with the fingerprint that the bureau published"
        en = f"{en}: {root} (or give --keys)"
    common.console.print(t(zh, en), highlight=False, soft_wrap=True)
