"""Documents on GitHub: pushed by people, and carried to and from a bare repository, since emulate serves no git."""

from __future__ import annotations

import base64
import datetime as dt
import subprocess
from typing import TYPE_CHECKING, Any

from github_counterpart.seed import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from github_counterpart.github import GitHub

#: When people write documents.
WRITTEN = "2026-03-03T12:00:00Z"


def push(
    github: GitHub,
    files: Mapping[str, str | bytes | None],
    message: str = "Write",
    *,
    to: str = "main",
    by: str = OWNER,
) -> str:
    """One commit on a branch; None takes a file away. The commit: the same files make the same one every time."""
    tip = head(github, to)
    tree = github.act(by, "GET", f"/git/commits/{tip}")["tree"]["sha"]
    entries = [
        {"path": path, "mode": "100644", "type": "blob", **_content(github, text)} for path, text in files.items()
    ]
    tree = github.act(by, "POST", "/git/trees", {"base_tree": tree, "tree": entries})["sha"]
    who = {"name": by, "email": f"{by}@harbour.test", "date": WRITTEN}
    made = {"message": message, "tree": tree, "parents": [tip], "author": who, "committer": who}
    commit = github.act(by, "POST", "/git/commits", made)["sha"]
    github.act(by, "PATCH", f"/git/refs/heads/{to}", {"sha": commit})
    return str(commit)


def _content(github: GitHub, text: str | bytes | None) -> dict[str, Any]:
    """What a tree says of a file: its text, which costs no request of its own, or the name of what it holds."""
    if text is None:
        return {"sha": None}
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            content = {"content": base64.b64encode(text).decode(), "encoding": "base64"}
            return {"sha": github.act(OWNER, "POST", "/git/blobs", content)["sha"]}
    return {"content": text}


def branch(github: GitHub, name: str, files: Mapping[str, str | bytes | None], message: str = "Write") -> str:
    """A branch from the base branch, with one commit; the commit."""
    github.act(OWNER, "POST", "/git/refs", {"ref": f"refs/heads/{name}", "sha": head(github, "main")})
    return push(github, files, message, to=name)


def head(github: GitHub, branch_: str = "main") -> str:
    """The newest commit of a branch."""
    return str(github.act(OWNER, "GET", f"/git/ref/heads/{branch_}")["object"]["sha"])


def read(github: GitHub, path: str, *, at: str = "main") -> bytes:
    """A file, at a branch or commit."""
    return base64.b64decode(github.act(OWNER, "GET", f"/contents/{path}?ref={at}")["content"])


# --- A bare repository ----------------------------------------------------------------------------------


def fetch(github: GitHub, repository: Path, branch_: str = "main") -> str:
    """Bring a branch with all its commits, under the very same names, into a repository on disk; its tip."""
    tip = head(github, branch_)
    for commit in reversed(list(_missing(github, repository, tip))):
        _write_tree(github, repository, commit["tree"]["sha"])
        lines = [f"tree {commit['tree']['sha']}", *(f"parent {one['sha']}" for one in commit["parents"])]
        for role in ("author", "committer"):
            who = commit[role]
            lines.append(f"{role} {who['name']} <{who['email']}> {_seconds(who['date'])} +0000")
        text = "\n".join((*lines, "", commit["message"]))
        written = _git(repository, "hash-object", "-w", "-t", "commit", "--stdin", data=_ended(text).encode())
        assert written == commit["sha"], "emulate names commits as git does"
    _git(repository, "update-ref", f"refs/heads/{branch_}", tip)
    return tip


def carry(github: GitHub, repository: Path, branch_: str = "main") -> str:
    """Bring the commits that a branch has on disk to GitHub, and move its branch there; its tip."""
    tip = _git(repository, "rev-parse", f"refs/heads/{branch_}")
    place = f"/repos/{github.repository.full_name}/git"
    for commit in _git(repository, "rev-list", "--reverse", "--topo-order", tip).split():
        if github.attempt("", "GET", f"{place}/commits/{commit}").status != 200:
            _carry_commit(github, repository, commit)
    there = github.attempt("", "GET", f"{place}/ref/heads/{branch_}").status == 200
    if there:
        github.act(OWNER, "PATCH", f"/git/refs/heads/{branch_}", {"sha": tip, "force": True})
    else:
        github.act(OWNER, "POST", "/git/refs", {"ref": f"refs/heads/{branch_}", "sha": tip})
    return tip


def _carry_commit(github: GitHub, repository: Path, commit: str) -> None:
    entries = []
    for line in _git(repository, "ls-tree", "-r", "-z", commit).split("\0"):
        if line:
            about, _, path = line.partition("\t")
            mode, _, blob = about.split(" ")
            data = _git(repository, "cat-file", "blob", blob, raw=True)
            content = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
            sha = github.act(OWNER, "POST", "/git/blobs", content)["sha"]
            entries.append({"path": path, "mode": mode, "type": "blob", "sha": sha})
    tree = github.act(OWNER, "POST", "/git/trees", {"tree": entries})["sha"]
    form = "%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
    parents, *who, message = _git(repository, "show", "-s", f"--format={form}", commit).split("\0")
    made = github.act(
        OWNER,
        "POST",
        "/git/commits",
        {
            "message": message.rstrip("\n"),
            "tree": tree,
            "parents": parents.split(),
            "author": dict(zip(("name", "email", "date"), who[:3], strict=True)),
            "committer": dict(zip(("name", "email", "date"), who[3:], strict=True)),
        },
    )["sha"]
    assert made == commit, "emulate names commits as git does"


def _missing(github: GitHub, repository: Path, tip: str) -> Iterator[dict[str, Any]]:
    """Commits that the repository on disk does not have, the newest first."""
    waiting, seen = [tip], set()
    while waiting:
        commit = waiting.pop(0)
        if commit in seen or _has(repository, commit):
            continue
        seen.add(commit)
        told = github.act(OWNER, "GET", f"/git/commits/{commit}")
        yield told
        waiting += [parent["sha"] for parent in told["parents"]]


def _write_tree(github: GitHub, repository: Path, tree: str) -> None:
    if _has(repository, tree):
        return
    lines = []
    for entry in github.act(OWNER, "GET", f"/git/trees/{tree}")["tree"]:
        if entry["type"] == "tree":
            _write_tree(github, repository, entry["sha"])
        elif not _has(repository, entry["sha"]):
            content = github.act(OWNER, "GET", f"/git/blobs/{entry['sha']}")["content"]
            _git(repository, "hash-object", "-w", "--stdin", data=base64.b64decode(content))
        lines.append(f"{entry['mode']} {entry['type']} {entry['sha']}\t{entry['path']}\0")
    assert _git(repository, "mktree", "-z", data="".join(lines).encode()) == tree


def _has(repository: Path, name: str) -> bool:
    command = ["git", "-C", repository, "cat-file", "-e", name]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _git(repository: Path, *arguments: str, data: bytes | None = None, raw: bool = False) -> Any:  # noqa: ANN401 - text, or bytes
    command = ["git", "-C", str(repository), *arguments]
    said = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return said if raw else said.decode().strip("\n")


def _seconds(moment: str) -> int:
    return int(dt.datetime.fromisoformat(moment).timestamp())


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"
