"""A project with documents and issues, for tests that tell a story: sync, somebody does something, sync."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builders import EMBEDDED, NOW, register
from gapkeeper.app.sync import plan_sync, sync
from gapkeeper.model.policy import SyncPolicy
from gapkeeper.planning.marker import Marker, read_marker
from memory_tracker import MemoryTracker

if TYPE_CHECKING:
    from gapkeeper.model.items import Item
    from gapkeeper.model.plan import Change, Plan, Report
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities, Issue


@dataclass
class Project:
    """Documents are given anew for each sync; what the tracker holds stays."""

    policy: SyncPolicy = field(default_factory=SyncPolicy)
    capabilities: Capabilities = EMBEDDED

    def __post_init__(self) -> None:
        self.tracker = MemoryTracker(self.capabilities)

    def copied(self) -> Project:
        made = Project(self.policy, self.capabilities)
        made.tracker = self.tracker.copied()
        return made

    def plan(self, *items: Item, documents: Register | None = None, **options: object) -> Plan:
        return plan_sync(documents or register(*items), self.tracker, self.policy, **options)  # type: ignore[arg-type] # as sync's

    def sync(self, *items: Item, documents: Register | None = None, **options: object) -> Report:
        return sync(
            documents or register(*items),
            self.tracker,
            lambda: contextlib.nullcontext(self.tracker),
            self.policy,
            clock=lambda: NOW,
            wait=lambda _seconds: None,
            **options,  # type: ignore[arg-type] # as sync's
        )

    def synced(self, *items: Item, documents: Register | None = None, **options: object) -> tuple[Change, ...]:
        """Sync, and give the changes of issues; the next sync must have nothing to do."""
        report = self.sync(*items, documents=documents, **options)
        assert [outcome.error for outcome in report.outcomes if not outcome.done] == []
        again = self.plan(*items, documents=documents, **options)
        assert again.changes == (), again.changes
        return issue_changes(report.plan)

    def issue(self, number: int) -> Issue:
        return self.tracker.issues[number]

    def marker(self, number: int) -> Marker:
        marker = read_marker(self.issue(number).body)
        assert isinstance(marker, Marker)
        return marker

    def comments(self, number: int) -> list[str]:
        return [body for issue, _, body in self.tracker.comments if issue == number]


def issue_changes(plan: Plan) -> tuple[Change, ...]:
    """The changes of a plan, without labels and milestones of the project."""
    return tuple(change for change in plan.changes if change.op not in {"label", "milestone"})


def ops(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    """What happens to which item."""
    return [(change.op.value, change.key) for change in changes]
