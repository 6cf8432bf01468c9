"""Every run in the journal: begun before its first write, and ended after its last one."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gapkeeper.errors import GapkeeperError
from gapkeeper.model.runs import RunEnd, RunStart

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gapkeeper.model.plan import Plan, Report
    from gapkeeper.model.policy import SyncPolicy
    from gapkeeper.ports import Journal

    OpenJournal = Callable[[], AbstractContextManager[Journal | None]]


def no_journal() -> AbstractContextManager[Journal | None]:
    """Nothing is kept."""
    return contextlib.nullcontext()


def journalled(
    open_journal: OpenJournal, plan: Plan, policy: SyncPolicy, write: Callable[[], Report], *, branch: str | None = None
) -> Report:
    """Write, and keep what was to be done and what became of it. A run that is killed stays without an end."""
    with open_journal() as journal:
        if journal is None:
            return write()
        applied = sum(change.held is None for change in plan.changes)
        run = journal.begin(RunStart(plan.revision, branch, plan.fingerprint, applied, policy.write_back))
        try:
            report = write()
        except GapkeeperError as error:
            journal.end(run, RunEnd(0, 0, error.exit_code, error.message))
            raise
        done = sum(outcome.done for outcome in report.outcomes)
        journal.end(run, RunEnd(done, report.failed, report.exit_code, report.stopped))
        return report
