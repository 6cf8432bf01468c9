"""What a sync may do, as one value. Settings make it, planning obeys it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class OnMove(StrEnum):
    """What a person's close or reopen does."""

    WRITE_BACK = "write-back"
    COMMENT = "comment"
    IGNORE = "ignore"
    UNDO = "undo"


class OnRemove(StrEnum):
    """What happens to the open issue of an item that is gone from the documents."""

    LABEL = "label"
    CLOSE = "close"
    IGNORE = "ignore"


class WriteBack(StrEnum):
    """How a change of the tracker reaches the documents."""

    PULL_REQUEST = "pull-request"
    COMMIT = "commit"
    WORKTREE = "worktree"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class LabelRules:
    """Labels that issues get. Templates know {id} {title} {kind} {value}; None: no such label."""

    managed: str = "gapkeeper"
    hold: str = "gapkeeper: hold"
    orphaned: str = "orphaned"
    kind: str | None = "kind: {value}"
    status: str | None = "status: {value}"
    priority: str | None = "priority: {value}"
    owner: str | None = None
    category: str | None = None
    gate: str | None = None
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))  # kind -> labels


@dataclass(frozen=True, slots=True)
class MassChange:
    """A plan that closes or orphans more than both is refused (octoDNS 30 %, peribolos 25 %)."""

    share: float = 0.25
    count: int = 5


@dataclass(frozen=True, slots=True)
class SyncPolicy:
    """Everything planning needs to know beside register and snapshot."""

    on_close: OnMove = OnMove.WRITE_BACK
    on_reopen: OnMove = OnMove.WRITE_BACK
    on_remove: OnRemove = OnRemove.LABEL
    write_back: WriteBack = WriteBack.OFF  # the mode in force: the repository's wish, where the operator allows it
    backfill: bool = False
    max_creates: int | None = None  # on a forge, more creates than this are refused; None: no limit
    mass_change: MassChange = MassChange()
    labels: LabelRules = LabelRules()
    owners: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # owner -> assignee
    milestones: bool = False  # milestones from gates
    branch: str | None = None  # the one whose documents count; None: whatever is read
    namespace: str | None = None  # names the repository in markers; None: the tracker's own name for the project
    accounts: tuple[str, ...] = ()  # further accounts of ours
    accept_reading: bool = False
    accept_renumbering: bool = False
    allow_mass_change: bool = False
    only: tuple[str, ...] = ()  # keys
    limit: int | None = None
    document_url: str | None = None  # template with {path} {line} {revision}: a link to a statement
