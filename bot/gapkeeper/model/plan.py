"""A plan: a sorted value with a fingerprint that prints, serialises, and can be approved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gapkeeper.model.delivery import Delivery
    from gapkeeper.model.drift import Drift
    from gapkeeper.model.edits import LineChange
    from gapkeeper.model.snapshot import Label, Reason
    from gapkeeper.model.spans import Place
    from gapkeeper.model.status import State, Status


class Op(StrEnum):
    """What happens to one item, or to one object of the project, in one run; done in this order."""

    LABEL = "label"
    MILESTONE = "milestone"
    CREATE = "create"
    ADOPT = "adopt"
    DUPLICATE = "duplicate"  # before the identity that it shares can move on
    UPDATE = "update"
    CLOSE = "close"
    REOPEN = "reopen"
    ORPHAN = "orphan"
    CONFLICT = "conflict"
    WRITE_BACK = "write-back"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class IssueUpdate:
    """The one request that changes an issue; None leaves a part as it is.

    Labels and assignees are added and removed by name, so that a person's own are never touched.
    """

    title: str | None = None
    body: str | None = None
    state: State | None = None
    reason: Reason | None = None  # with state closed
    add_labels: frozenset[str] = frozenset()
    remove_labels: frozenset[str] = frozenset()
    milestone: str | None = None
    assignees: frozenset[str] | None = None

    @property
    def empty(self) -> bool:
        """True where the request would change nothing."""
        return self == IssueUpdate()


@dataclass(frozen=True, slots=True)
class Change:
    """One change. Its steps run in this order: label or create, comment, unlinks, update, links, then.

    A change that is ``held`` is shown and not applied, and says what it waits for.
    """

    op: Op
    key: str  # the item's key, or the name of the label or milestone
    reason: str  # for people: why
    identity: str = ""  # the long form that the marker carries
    issue: int | None = None  # None: not known before it is created
    source: Place | None = None
    fields: Mapping[str, tuple[object, object]] = field(default_factory=lambda: MappingProxyType({}))
    comment: str | None = None  # full text, with its hidden key at the end
    comment_key: str | None = None
    update: IssueUpdate | None = None  # what a create asks for, too
    then: IssueUpdate | None = None  # a second update at the end: a create that is closed at once
    label: Label | None = None
    links: frozenset[tuple[str, str]] = frozenset()  # (type, identity of the other item) to add
    unlinks: frozenset[tuple[str, str]] = frozenset()
    expects: str = ""  # `Issue.ground` that this change was planned on
    held: str | None = None  # the option that it waits for: "--accept-reading"
    writes: Status | None = None  # what the documents are to say, where the tracker decides
    moved_by: str | None = None  # who closed or reopened the issue for that, where it is known
    lines: tuple[LineChange, ...] = ()  # what is written to the documents
    obstacle: str | None = None  # why it cannot be made now: applied, it fails with this

    @property
    def order(self) -> tuple[int, str, int, str]:
        """Plans are sorted by operation, then key, then number."""
        return (tuple(Op).index(self.op), self.key, self.issue or 0, self.identity)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing may be written."""

    code: str  # "mass-change", "unreadable-document", "shrunk", "foreign-account", ...
    message: str  # what happened and what to do
    exit_code: int = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one sync would write, decided before the first write."""

    tracker: str
    revision: str | None
    changes: tuple[Change, ...]  # sorted
    refused: Refusal | None = None
    notes: tuple[str, ...] = ()  # what people should know and no change says: foreign issues, released
    requests: int = 0  # that applying costs on a forge, reads included
    seconds: float = 0.0  # that applying takes on a forge, by its limits
    skipped: int = 0  # changes left out by --only or --limit
    numbers: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  # identity -> issue, for links
    taken_at: dt.datetime | None = None  # when the snapshot was taken
    drift: tuple[Drift, ...] = ()  # what moved on which side since the last sync, by key
    delivery: Delivery | None = None  # what is written to documents

    @property
    def empty(self) -> bool:
        """Whether applying writes nothing: there are no changes, or all are held."""
        return self.delivery is None and all(change.held for change in self.changes)

    @property
    def fingerprint(self) -> str:
        """Names the changes and nothing else: the same changes have the same fingerprint."""
        changes = [_canonical(change) for change in self.changes]
        text = json.dumps([*changes, _canonical_delivery(self.delivery)] if self.delivery else changes, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _canonical(change: Change) -> list[object]:
    return [
        change.op.value,
        change.key,
        change.identity,
        change.issue,
        sorted((name, str(old), str(new)) for name, (old, new) in change.fields.items()),
        change.comment,
        _canonical_update(change.update),
        _canonical_update(change.then),
        sorted(change.links),
        sorted(change.unlinks),
        change.held,
        change.obstacle,
        [(line.path, line.before, line.after) for line in change.lines],
    ]


def _canonical_delivery(delivery: Delivery) -> list[object]:
    edits = [(edit.path, hashlib.sha256(edit.new).hexdigest()) for edit in delivery.edits]
    text = delivery.text
    words = None if text is None else [text.title, text.body]
    return [delivery.step.value, delivery.mode.value, edits, words, delivery.number]


def _canonical_update(update: IssueUpdate | None) -> list[object] | None:
    if update is None:
        return None
    return [
        update.title,
        update.body,
        update.state,
        update.reason,
        sorted(update.add_labels),
        sorted(update.remove_labels),
        update.milestone,
        None if update.assignees is None else sorted(update.assignees),
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change."""

    change: Change
    done: bool
    error: str | None = None
    issue: int | None = None  # the number, once known


@dataclass(frozen=True, slots=True)
class Report:
    """What a sync did."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    stopped: str | None = None  # a limit, lock or outage ended the run early: what is left, and when to go on
    stop_code: int = 0  # the exit code of what ended it
    until: dt.datetime | None = None  # when a limit that ended it ends
    undelivered: str | None = None  # why documents or their proposal are not as planned; empty: it was not tried

    @property
    def exit_code(self) -> int:
        """What a command ends with: 5 where some changes failed."""
        return self.stop_code or (5 if self.failed or self.undelivered else 0)

    @property
    def failed(self) -> int:
        """How many changes were tried and did not succeed."""
        return sum(1 for o in self.outcomes if o.error is not None)
