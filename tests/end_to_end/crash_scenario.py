"""Projects in which the next sync has much to write, on both sides, and everything that can be seen of them."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gapkeeper.__main__ import main
from gapkeeper.adapters.sqlite_tracker import EventKind, open_reader, open_tracker
from gapkeeper.model.snapshot import Actor, Role
from gapkeeper.planning.marker import Marker, Pair, read_marker
from repositories import Repository, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from gapkeeper.adapters.sqlite_tracker import SqliteTracker

TRACKER = ".gapkeeper/tracker.db"
_OF_SQLITE = ("-wal", "-shm", "-journal")  # a killed process leaves them, and the next one takes them over
ROSA = Actor("Rosa", Role.WRITE)

FIRST = {
    "docs/LATER.md": """\
# Later

**Updated:** 2026-03-02

### LATER-001: Mend the pier

| Field | Value |
|---|---|
| **Status** | Pending |
| **Owner** | Harbour office |

### LATER-002: Order new buoys

| Field | Value |
|---|---|
| **Status** | Pending |

### LATER-003: Paint the bollards

| Field | Value |
|---|---|
| **Status** | Pending |

### LATER-004: Sound the fairway

| Field | Value |
|---|---|
| **Status** | In progress |

### LATER-005: Let the old shed

| Field | Value |
|---|---|
| **Status** | Pending |

### LATER-006: Clean the lamps

| Field | Value |
|---|---|
| **Status** | Pending |

### LATER-007: Hang up the rules

| Field | Value |
|---|---|
| **Status** | Pending |
""",
    # As a Windows editor leaves it.
    "docs/gaps.md": """\
# Checkpoint

**Date:** 2026-03-01

| ID | Item | Status |
|---|---|---|
| ACTION-040 | Dredge the basin | In progress |
| ACTION-041 | Count the gulls | Pending |
| ACTION-042 | Grease the crane | Pending |
| ACTION-043 | Move the crates | Pending |
| ACTION-044 | Sell the tug | Pending |
| ACTION-045 | Sweep the quay | Pending |
""".replace("\n", "\r\n").encode(),
    "notes.txt": "Ask the pilot.\n",
    ".gitignore": ".gapkeeper/\n",
}  # fmt: skip


def first_sync(folder: Path) -> None:
    """There is no tracker yet."""
    Repository(folder).commit(FIRST)


def everything(folder: Path, mode: str) -> None:
    """Two syncs, and then people did everything that they can do, in the tracker and in the documents."""
    repository = Repository(folder)
    repository.commit({**FIRST, "gapkeeper.toml": f'[sync]\nwrite_back = "{mode}"\n'})
    run(folder, "sync")
    _documents(
        repository,
        ("LATER.md", "LATER-005", "Pending", "✅ Resolved"),
        ("LATER.md", "LATER-006", "Pending", "✅ Resolved"),
    )
    run(folder, "sync")  # which closes both

    for issue, *how in (
        ("ACTION-041", "close"),  # to be written to gaps.md
        ("LATER-001", "close", "--reason", "not-planned"),  # to be written to LATER.md
        ("LATER-005", "reopen"),  # the same
        ("LATER-002", "close", "--role", "bot"),  # told on the issue and nothing else
        ("LATER-004", "close"),  # while the documents go on with it: a conflict
        ("LATER-007", "close", "--reason", "duplicate"),  # told on the issue and nothing else
    ):
        run(folder, "issues", how[0], issue, ".", "--as", "Rosa", *how[1:])
    run(folder, "issues", "edit", "ACTION-045", ".", "--as", "Rosa", "--body", "All mine.")  # no marker is left
    with open_tracker(folder / TRACKER) as tracker:
        _copy(tracker, 1)
    with open_tracker(folder / TRACKER, actor=ROSA) as tracker:
        tracker.create_issue(
            "LATER-020: Buy a winch", "By spring.", frozenset({"mine"}), milestone=None, assignees=frozenset()
        )

    text = (folder / "docs/LATER.md").read_text("utf-8")
    more = (
        "\n### LATER-020: Buy a winch\n\n**Status:** Pending\n"  # a person has an issue for it already
        "\n### LATER-021: Dig a well\n\n**Status:** Blocked\n\n**Priority:** High\n\n**Depends on:** LATER-022\n"
        "\n### LATER-022: Ask for water\n\n**Status:** Pending\n\n**Depends on:** ACTION-040\n"
    )
    write(folder, {"docs/LATER.md": text + more})
    _documents(
        repository,
        ("LATER.md", "LATER-003", "Pending", "✅ Resolved"),
        ("LATER.md", "LATER-004", "In progress", "Blocked"),
        ("LATER.md", "LATER-006", "✅ Resolved", "Pending"),
        ("gaps.md", "ACTION-042", "Grease the crane", "Grease both cranes"),
        ("gaps.md", "| ACTION-044", "| ACTION-044 | Sell the tug | Pending |\r\n", ""),
    )
    # What people are at work with, and what no run may touch.
    write(
        folder, {"notes.txt": "Ask the pilot, and the harbour master.\n", "draft.md": "# Draft\n", "new.txt": "new\n"}
    )
    repository.git("add", "new.txt")


def renewed(folder: Path) -> None:
    """A proposal is open, and people did more since."""
    everything(folder, "pull-request")
    run(folder, "sync")
    run(folder, "issues", "close", "ACTION-043", ".", "--as", "Rosa")
    _documents(Repository.at(folder), ("gaps.md", "ACTION-045", "Sweep the quay", "Sweep both quays"))


def merged(folder: Path) -> None:
    """A proposal was open, and somebody merged it."""
    everything(folder, "pull-request")
    run(folder, "sync")
    Repository.at(folder).git("merge", "--quiet", "gapkeeper/docs")


def withdrawn(folder: Path) -> None:
    """A proposal is open, and somebody wrote the same by hand."""
    everything(folder, "pull-request")
    run(folder, "sync")
    _documents(
        Repository.at(folder),
        ("gaps.md", "ACTION-041", "Pending", "Done"),
        ("LATER.md", "LATER-001", "Pending", "Dropped"),
        ("LATER.md", "LATER-005", "✅ Resolved", "Open"),
    )


#: What the next sync has to write, and the project that it finds.
STORIES: Mapping[str, Callable[[Path], None]] = {
    "the first sync": first_sync,
    "files": partial(everything, mode="worktree"),
    "a commit": partial(everything, mode="commit"),
    "a proposal": partial(everything, mode="pull-request"),
    "a proposal, renewed": renewed,
    "a proposal, merged": merged,
    "a proposal, withdrawn": withdrawn,
}


def run(folder: Path, *arguments: str) -> None:
    """Run a command in the project; it has to succeed."""
    with contextlib.chdir(folder):
        assert main(arguments) == 0, arguments


def _documents(repository: Repository, *changes: tuple[str, str, str, str]) -> None:
    """Change documents and commit that: in a file, from a name on, one text to another."""
    for name, where, old, new in changes:
        path = repository.path / "docs" / name
        data = path.read_bytes()
        start = data.index(old.encode(), data.index(where.encode()))
        path.write_bytes(data[:start] + new.encode() + data[start + len(old.encode()) :])
    repository.git("commit", "--quiet", "--all", "--message=What people wrote", date="2026-01-02T12:00:00Z")


def _copy(tracker: SqliteTracker, number: int) -> None:
    """A second issue of an item, as a run whose answer was lost left it in earlier days."""
    issue = tracker.issue(number)
    tracker.create_issue(issue.title, issue.body, issue.labels, milestone=None, assignees=frozenset())


def facts(folder: Path) -> list[str]:
    """Everything that people can see, and everything that has to be put in order by the next run, line by line.

    Commits are named by what they say, since a run that is repeated makes its own at another time. Issues name the
    commit that was read, which is ours already where a run was killed behind it.
    """
    repository = Repository.at(folder)
    log = repository.git("log", "--all", "--format=%H <%s>").splitlines()
    named = {commit: name for commit, _, name in (line.partition(" ") for line in log)}
    return [
        *_files(folder),
        *(_renamed(line, named) for line in _git(repository)),
        *(_renamed(line, dict.fromkeys(named, "COMMIT")) for line in _tracker(folder)),
    ]


def _renamed(line: str, names: Mapping[str, str]) -> str:
    for commit, name in names.items():
        line = line.replace(commit, name).replace(commit[:10], name)
    return line


def _files(folder: Path) -> Iterator[str]:
    """What lies in the folder, the tracker's own files aside: temporary files and locks, too."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] == ".gapkeeper":
            if not name.name.endswith(_OF_SQLITE):
                yield str(name)
        elif path.is_file() and name.parts[0] != ".git":
            yield f"{name} {path.stat().st_mode:o} {path.read_bytes()!r}"
    yield from (f"left behind: {path.relative_to(folder)}" for path in sorted((folder / ".git").rglob("*.lock")))


def _git(repository: Repository) -> Iterator[str]:
    for question in (
        ("status", "--porcelain"),
        ("ls-files", "--stage", "-v"),
        ("for-each-ref", "--format=%(refname) %(objectname) %(tree)"),
        ("log", "--all", "--format=%H %P %T %an %cn%n%B"),
        ("reflog", "show", "--all", "--format=%gs"),
        ("symbolic-ref", "HEAD"),
        ("fsck", "--strict", "--no-dangling"),
    ):
        yield from (f"{question[0]}: {line}" for line in repository.git(*question).splitlines())


def _tracker(folder: Path) -> Iterator[str]:
    with open_reader(folder / TRACKER) as tracker:
        snapshot = tracker.snapshot("gapkeeper", everything=True)
        for issue in sorted((*snapshot.issues, *(snapshot.others or ())), key=lambda issue: issue.number):
            yield f"#{issue.number} {issue.title} {issue.state} {issue.reason} {issue.state_actor}"
            yield f"#{issue.number} {sorted(issue.labels)} {sorted(issue.links)} {issue.milestone} {issue.assignees}"
            yield from (f"#{issue.number} {line}" for line in _body(issue.body))
            yield from (f"#{issue.number} {said.author}: {said.body!r}" for said in tracker.comments(issue.number))
        yield from (f"label {label}" for label in sorted(map(repr, snapshot.labels.values())))
        for one in tracker.deliveries.all():
            yield f"{one.name} {one.state} {one.branch} {one.head} {one.title} {one.body!r}"
        # No label, comment or link twice. A marker may be written once more; what it says is above.
        events = [event for event in tracker.events() if event.kind is not EventKind.EDITED]
        yield from sorted(f"log: #{event.issue} {event.kind} {event.actor} {event.detail}" for event in events)
        yield f"begun: {tracker.deliveries.intent(folder / '.git')}"


def _body(body: str) -> list[str]:
    """The lines of a body; its marker without what tells only how often and by which run it was written.

    Links are made last and noted down by whichever run comes next to the issue: the killed run's successor does.
    """
    marker = read_marker(body)
    lines = [line for line in body.splitlines() if not line.startswith("<!-- gapkeeper: marker ")]
    if isinstance(marker, Marker):
        lines.append(repr(replace(marker, serial=0, links=Pair(marker.links.documents, ()))))
    return lines
