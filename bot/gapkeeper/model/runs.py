"""The journal of syncs, as the embedded tracker keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.model.policy import WriteBack


@dataclass(frozen=True, slots=True)
class RunStart:
    """What is known of a run before its first write."""

    revision: str | None  # the commit that was read
    branch: str | None  # the branch that was read, where one is known
    fingerprint: str  # of the plan
    planned: int  # changes that the plan applies
    write_back: WriteBack


@dataclass(frozen=True, slots=True)
class RunEnd:
    """What became of a run."""

    done: int  # changes that were made
    failed: int  # changes that were tried and not made
    exit_code: int
    stopped: str | None = None  # why it ended early


@dataclass(frozen=True, slots=True)
class Run:
    """One run."""

    id: int
    started_at: dt.datetime
    start: RunStart
    ended_at: dt.datetime | None = None  # None: it was broken off, or is still at work
    end: RunEnd | None = None
