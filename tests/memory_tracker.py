"""A tracker in memory that counts writes and can break at any of them.

It is not shipped and not a double of the embedded one: planning and applying are tried on both.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from builders import ANNA, EMBEDDED, ME, NAMESPACE, NOW
from gapkeeper.errors import NotFoundError
from gapkeeper.model.plan import IssueUpdate
from gapkeeper.model.snapshot import Actor, Capabilities, Issue, Label, Reason, Snapshot
from gapkeeper.model.status import State
from gapkeeper.planning.marker import MARKER_PREFIX, Marker, carries_key, read_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Crashed(Exception):  # noqa: N818 - the process is gone; nothing may handle this
    """The run ends here, as if somebody had pulled the plug."""


class MemoryTracker:
    """Issues in a dictionary. ``trouble`` is asked at every write, before and after it is done."""

    url = "memory:"

    def __init__(self, capabilities: Capabilities = EMBEDDED) -> None:
        self.capabilities = capabilities
        self.issues: dict[int, Issue] = {}
        self.labels: dict[str, Label] = {}
        self.milestones: set[str] = set()
        self.comments: list[tuple[int, Actor, str]] = []
        self.log: list[str] = []  # every request that writes
        self.reads: list[str] = []
        self.refused_labels: set[str] = set()  # dropped without a word, as GitHub does
        self.trouble: Callable[[str, str], None] = lambda _when, _what: None
        self.actor = ME
        self._next = 1

    def copied(self) -> MemoryTracker:
        """Another tracker that holds the same, and has seen nothing yet."""
        made = MemoryTracker(self.capabilities)
        made.issues, made.labels, made.milestones = dict(self.issues), dict(self.labels), set(self.milestones)
        made.comments, made._next = list(self.comments), self._next
        return made

    # --- Reading ------------------------------------------------------------------------------------

    def snapshot(self, managed_label: str, *, everything: bool) -> Snapshot:
        self.reads.append("everything" if everything else "managed")
        ours = [i for i in self.issues.values() if managed_label in i.labels or MARKER_PREFIX in i.body]
        others = [i for i in self.issues.values() if i not in ours]
        return Snapshot(
            account=ME.name,
            namespace=NAMESPACE,
            issues=tuple(ours),
            others=tuple(others) if everything else None,
            labels=dict(self.labels),
            milestones=frozenset(self.milestones),
            taken_at=NOW,
        )

    def issue(self, number: int) -> Issue:
        self.reads.append(f"issue {number}")
        if number not in self.issues:
            raise NotFoundError(f"#{number} does not exist")
        return self.issues[number]

    def recent_issue(self, number: int) -> Issue:
        return self.issue(number)

    def find_by_identity(self, identity: str) -> Issue | None:
        self.reads.append(f"find {identity}")
        for issue in self.issues.values():
            marker = read_marker(issue.body)
            if isinstance(marker, Marker) and marker.identity == identity:
                return issue
        return None

    def has_comment(self, number: int, key: str) -> bool:
        return any(n == number and who == ME and carries_key(body, key) for n, who, body in self.comments)

    # --- Writing ------------------------------------------------------------------------------------

    def create_label(self, label: Label) -> None:
        with self._request(f"label {label.name}"):
            self.labels.setdefault(label.name, label)

    def create_milestone(self, title: str) -> None:
        with self._request(f"milestone {title}"):
            self.milestones.add(title)

    def create_issue(
        self, title: str, body: str, labels: frozenset[str], *, milestone: str | None, assignees: frozenset[str]
    ) -> Issue:
        with self._request(f"create {title}"):
            number = self._next
            self._next += 1
            self.issues[number] = Issue(
                number,
                title,
                body,
                State.OPEN,
                self.actor,
                labels=labels - self.refused_labels,
                milestone=milestone,
                assignees=assignees,
            )
        return self.issues[number]

    def update_issue(self, number: int, update: IssueUpdate) -> Issue:
        with self._request(f"update #{number}"):
            self.issues[number] = _updated(self.issue(number), update, self.actor)
        return self.issues[number]

    def comment(self, number: int, body: str) -> None:
        with self._request(f"comment #{number}"):
            self.issue(number)
            self.comments.append((number, self.actor, body))

    def add_link(self, number: int, type_: str, other: int) -> None:
        with self._request(f"link #{number} {type_} #{other}"):
            issue = self.issue(number)
            self.issues[number] = dataclasses.replace(issue, links=issue.links | {(type_, other)})

    def remove_link(self, number: int, type_: str, other: int) -> None:
        with self._request(f"unlink #{number} {type_} #{other}"):
            issue = self.issue(number)
            self.issues[number] = dataclasses.replace(issue, links=issue.links - {(type_, other)})

    def lock(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def close(self) -> None:
        pass

    @contextlib.contextmanager
    def _request(self, what: str) -> Iterator[None]:
        self.trouble("before", what)
        yield
        self.log.append(what)
        self.trouble("after", what)

    # --- What people do -----------------------------------------------------------------------------

    @contextlib.contextmanager
    def acting(self, actor: Actor = ANNA) -> Iterator[None]:
        """What is written inside, somebody else writes, without trouble and without being logged."""
        trouble, log, self.actor = self.trouble, self.log, actor
        self.trouble, self.log = (lambda _when, _what: None), []
        try:
            yield
        finally:
            self.actor, self.trouble, self.log = ME, trouble, log

    def delete(self, number: int) -> None:
        del self.issues[number]
        for other, left in list(self.issues.items()):
            links = frozenset(link for link in left.links if link[1] != number)
            self.issues[other] = dataclasses.replace(left, links=links)

    def closes(self, number: int, reason: Reason = Reason.COMPLETED, by: Actor = ANNA) -> None:
        with self.acting(by):
            self.update_issue(number, IssueUpdate(state=State.CLOSED, reason=reason))

    def reopens(self, number: int, by: Actor = ANNA) -> None:
        with self.acting(by):
            self.update_issue(number, IssueUpdate(state=State.OPEN))

    def edits(self, number: int, by: Actor = ANNA, **update: object) -> None:
        with self.acting(by):
            self.update_issue(number, IssueUpdate(**update))  # type: ignore[arg-type] # a wrong name fails at once

    def writes(self, title: str, body: str = "", *, by: Actor = ANNA, labels: frozenset[str] = frozenset()) -> int:
        with self.acting(by):
            return self.create_issue(title, body, labels, milestone=None, assignees=frozenset()).number


def _updated(issue: Issue, update: IssueUpdate, actor: Actor) -> Issue:
    state = update.state or issue.state
    reason = None
    if state is State.CLOSED:
        reason = update.reason or issue.reason or Reason.COMPLETED
    moved = (state, reason) != (issue.state, issue.reason)
    return dataclasses.replace(
        issue,
        title=issue.title if update.title is None else update.title,
        body=issue.body if update.body is None else update.body,
        state=state,
        reason=reason,
        labels=(issue.labels | update.add_labels) - update.remove_labels,
        milestone=issue.milestone if update.milestone is None else update.milestone,
        assignees=issue.assignees if update.assignees is None else update.assignees,
        state_actor=actor if moved else issue.state_actor,
        updated_at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC),
    )
