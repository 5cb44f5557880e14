"""Publishes a signed-off draft: the archive, the public edition of today, and then, as the last step, ``latest.json``.

A publication that was cut short is no release yet: run again with the same draft it goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from credit_graph import clock
from credit_graph.errors import AccessError, StateError, UsageError
from credit_graph.jobs import audit, signing_keys
from credit_graph.jobs.release_draft import recorded
from credit_graph.jobs.release_show import rebuild
from credit_graph.jobs.release_store import ReleaseStore, read_draft
from credit_graph.jobs.takedown import View, view_all
from credit_graph.lists.editions.approvals import check_approvals
from credit_graph.lists.editions.archive import HEAD, archive_files
from credit_graph.lists.editions.draft import APPROVALS, DRAFT, Draft
from credit_graph.lists.editions.edition import Head
from credit_graph.lists.release import rules_on
from credit_graph.store import Store
from credit_graph.text import t

ROLE = "publisher"  # of policies/roles.yml


@dataclass(frozen=True, slots=True)
class Published:
    """A release: its head, its public edition and those of the list's other releases, as they are shown today."""

    head: Head
    views: list[View]


def require_publisher(role: str) -> None:
    """Raises ``AccessError("access.denied")`` where the role may not publish."""
    if role != ROLE:
        raise AccessError("access.denied", role=role, action=t("发布、撤下名单", "publish lists or take entries down"))


def publish(store: Store, folder: Path, *, actor: str, role: str, day: date | None = None) -> Published:
    """Publish the draft in the folder; ``day``: of publication, default today.

    Raises ``AccessError`` for another role than the publisher's, ``InputError``: the draft or an approval was altered
    or does not hold, ``StateError``: an approval is missing, the draft is published, or another release came between,
    no signing key, another works at the list. The former release stays as it was.
    """
    require_publisher(role)
    draft = read_draft(folder)
    releases, on = ReleaseStore(store.home), day or clock.today()
    with recorded(releases, "publish", draft.list):
        if draft.hash not in {line.get("draft") for line in releases.noted() if line["what"] == "drafted"}:
            raise StateError("state.draft_unknown", path=folder)
        return _publish(store, releases, draft, folder, on, actor=actor, role=role)


def _publish(
    store: Store, releases: ReleaseStore, draft: Draft, folder: Path, on: date, *, actor: str, role: str
) -> Published:
    with releases.lock(draft.list):
        rules_on(draft.list, clock.today())  # a list that nothing carries any more is not published
        _refuse_published(releases, draft)
        if _lying(releases, draft) is None:
            files = _archive(store, draft, folder, on)
            what = {"list": draft.list, "release": draft.release, "draft": draft.hash}
            audit.record(store.home, actor, role, "publish", what)
            releases.put_archive(draft.list, draft.release, files)
        return _show(store, releases, draft, actor=actor, role=role)


def _archive(store: Store, draft: Draft, folder: Path, on: date) -> Mapping[str, bytes]:
    if not date.fromisoformat(draft.said["use"]) <= on <= clock.today():
        why = t("应在草稿生成之日与今天之间", "it has to be between the day of the draft and today")
        raise UsageError("usage.bad_value", option="--day", value=on, why=why)
    rebuild(store, folder)  # nothing was erased since, and the rules are the same
    history = signing_keys.history(store.home)
    names = [name for name in draft.files if name.startswith(APPROVALS)]
    approvals = {name.removeprefix(APPROVALS): draft.files[name] for name in names}
    check_approvals(draft, approvals, history, on)
    return archive_files(draft, approvals, on, signing_keys.bureau_signer(store.home, on), history)


def _refuse_published(releases: ReleaseStore, draft: Draft) -> None:
    """A draft is published once, and right after the release that it names as its predecessor."""
    done = releases.releases(draft.list)
    if draft.release in done and releases.archive(draft.list, draft.release)[DRAFT] == draft.files[DRAFT]:
        raise StateError("state.published", list=draft.list, release=draft.release)
    former = (draft.said["predecessor"] or {}).get("release")
    if former != releases.latest(draft.list):
        raise StateError("state.draft_stale", list=draft.list, latest=releases.latest(draft.list) or "—")


def _lying(releases: ReleaseStore, draft: Draft) -> Mapping[str, bytes] | None:
    """The archive that a publication of this draft left when it was cut short; one of another draft is set aside."""
    lying = releases.archive(draft.list, draft.release)
    if not lying:
        return None
    if lying[DRAFT] == draft.files[DRAFT]:
        return lying
    releases.set_aside(draft.list, draft.release)
    return None


def _show(store: Store, releases: ReleaseStore, draft: Draft, *, actor: str, role: str) -> Published:
    """The public editions, then what says that the release is valid."""
    name, release = draft.list, draft.release
    head = Head(**json.loads(releases.archive(name, release)[HEAD]))
    views = view_all(store, releases, name, [release, *releases.releases(name)], actor=actor, role=role)
    for view in views:
        if view.error is not None and view.release == release:
            raise view.error
    said = {"list": name, "release": release, "number": head.number, "published_on": head.published_on}
    releases.note("published", **said, notice_number=draft.said["notice_number"], draft=draft.hash, root=head.root)
    releases.put_latest(name, {**said, "root": head.root}, signing_keys.history(store.home).as_bytes())
    return Published(head, views)
