"""The whole story on a copy of `examples/harbour`: documents to issues, and issues to documents.

    python examples/demo.py [FOLDER]

FOLDER (default: a new temporary one) must not exist; it stays, so that one can go on from there.
Exits 1 where the story does not come true.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

HARBOUR = Path(__file__).parent / "harbour"
GAPKEEPER = str(Path(sys.executable).parent / "gapkeeper")
KEY, OTHER_KEY, DOCUMENT = "LATER-007", "LATER-004", "docs/LATER.md"
GIT = {
    "GIT_AUTHOR_NAME": "Harbour Master",
    "GIT_AUTHOR_EMAIL": "master@harbour.example",
    "GIT_COMMITTER_NAME": "Harbour Master",
    "GIT_COMMITTER_EMAIL": "master@harbour.example",
    "GIT_CONFIG_COUNT": "2",
    "GIT_CONFIG_KEY_0": "core.autocrlf",
    "GIT_CONFIG_VALUE_0": "false",
    "GIT_CONFIG_KEY_1": "commit.gpgsign",
    "GIT_CONFIG_VALUE_1": "false",
}
FOREIGN = ("GITHUB_", "GITLAB_", "CI_", "GAPKEEPER_", "GIT_")


class Story:
    """Commands in one folder, each printed before what it prints itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Settings of whoever runs this, or of a CI job, would make it another story.
        self.environment = {n: v for n, v in os.environ.items() if not n.startswith(FOREIGN)} | GIT

    def tell(self, text: str) -> None:
        """Say what comes next."""
        print(f"\n\x1b[1m# {text}\x1b[0m" if sys.stdout.isatty() else f"\n# {text}", flush=True)

    def run(self, *command: str, expect: int = 0) -> None:
        """Show a command and what it prints."""
        print(f"$ {shlex.join(command)}", flush=True)
        done = subprocess.run(self._real(command), cwd=self.folder, env=self.environment, check=False)
        self.require(done.returncode == expect, f"exit {done.returncode} instead of {expect}")

    def ask(self, *command: str) -> dict[str, Any]:
        """What a command says in JSON, without showing it."""
        done = subprocess.run(
            self._real((*command, "--format", "json")),
            cwd=self.folder,
            env=self.environment,
            check=False,
            stdout=subprocess.PIPE,
        )
        self.require(done.returncode == 0, f"{shlex.join(command)}: exit {done.returncode}")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def status(self, key: str) -> str:
        """What the documents say of an item."""
        items = self.ask("gapkeeper", "items")["items"]
        return next(str(item["status"]) for item in items if item["key"] == key)

    def require(self, fact: bool, otherwise: str) -> None:
        """End the story where it does not come true."""
        if not fact:
            self.fail(otherwise)

    def fail(self, what: str) -> NoReturn:
        """Say what went wrong and leave the folder for a look."""
        print(f"\nThe story did not come true: {what}\nThe folder is {self.folder}", file=sys.stderr)
        raise SystemExit(1)

    @staticmethod
    def _real(command: tuple[str, ...]) -> list[str]:
        return [GAPKEEPER, *command[1:]] if command[0] == "gapkeeper" else list(command)


def resolve(path: Path, key: str) -> None:
    """Set the status of an item in its field table, as a person would."""
    head, mark, rest = path.read_bytes().partition(f"### {key}:".encode())
    changed = rest.replace(b"| **Status** | Pending |", "| **Status** | ✅ Resolved |".encode(), 1)
    path.write_bytes(head + mark + changed)


def main(folder: Path) -> None:
    """Tell it."""
    shutil.copytree(HARBOUR, folder)
    story = Story(folder)
    documents_to_issues(story)
    issues_to_documents(story)
    story.tell(f"That was all. To go on from here: cd {shlex.quote(str(folder))}")


def documents_to_issues(story: Story) -> None:
    """What the documents say reaches the issues."""
    story.run("git", "init", "-q", "-b", "main")
    story.run("git", "add", ".")
    story.run("git", "commit", "-qm", "Plan the move to Tidebook")

    story.tell("What do the documents get wrong? (A total, on purpose: so this exits 1.)")
    story.run("gapkeeper", "check", expect=1)

    story.tell("What would a sync do? Nothing is written yet.")
    story.run("gapkeeper", "plan")
    planned = story.ask("gapkeeper", "plan")
    items = story.ask("gapkeeper", "items")["items"]
    wanted = sorted(item["key"] for item in items if item["state"] == "open")
    creates = sorted(change["key"] for change in planned["changes"] if change["op"] == "create")
    story.require(creates == wanted, f"the plan creates {creates}, the open items are {wanted}")

    story.tell("Do it. The tracker is a file here, .gapkeeper/tracker.db; no token, no server.")
    story.run("gapkeeper", "sync", "--expect", planned["fingerprint"])
    issues = {issue["key"]: issue for issue in story.ask("gapkeeper", "issues", "list")["issues"]}
    story.require(sorted(issues) == wanted, f"there are issues for {sorted(issues)}")

    story.tell("Again: there is nothing left to do.")
    story.run("gapkeeper", "sync")
    again = story.ask("gapkeeper", "plan")["changes"]
    story.require(not again, f"a second sync has {len(again)} changes")

    story.tell(f"The harbour master has signed: {KEY} is resolved.")
    resolve(story.folder / DOCUMENT, KEY)
    story.run("git", "--no-pager", "diff", "-U0")
    story.run("git", "commit", "-qam", "The domain is ours")
    story.run("gapkeeper", "sync")

    number = str(issues[KEY]["number"])
    story.tell("The issue is closed, and says why.")
    story.run("gapkeeper", "issues", "show", number)
    after = {issue["key"]: issue for issue in story.ask("gapkeeper", "issues", "list", "--state", "all")["issues"]}
    story.require(after[KEY]["state"] == "closed", f"#{number} is {after[KEY]['state']}")
    story.require(after[KEY]["reason"] == "completed", f"#{number} is closed as {after[KEY]['reason']}")
    story.require({k for k, i in after.items() if i["state"] == "closed"} == {KEY}, "another issue was closed")
    story.require(not story.ask("gapkeeper", "plan")["changes"], "there is something left to do")


def issues_to_documents(story: Story) -> None:
    """What people do to the issues reaches the documents."""
    story.tell(f"The other way round: Rosa closes the issue of {OTHER_KEY}. What would a sync write?")
    story.run("gapkeeper", "issues", "close", OTHER_KEY, "--as", "Rosa")
    story.run("gapkeeper", "plan")
    story.require(story.status(OTHER_KEY) == "blocked", "the document was changed by a plan")

    story.tell("It proposes the change of the document, from a branch of its own.")
    story.run("gapkeeper", "sync")
    story.run("gapkeeper", "proposals", "show", "1")
    story.run("git", "--no-pager", "diff", "-U0", "HEAD...gapkeeper/docs")
    story.require(story.status(OTHER_KEY) == "blocked", "the document was changed before anybody agreed")

    story.tell("Somebody merges it, and both sides agree.")
    story.run("git", "merge", "-q", "gapkeeper/docs")
    story.run("gapkeeper", "sync")
    story.require(story.status(OTHER_KEY) == "resolved", f"{OTHER_KEY} is {story.status(OTHER_KEY)} in the documents")
    story.require(not story.ask("gapkeeper", "plan")["changes"], "there is something left to do")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="gapkeeper-")) / "harbour")
