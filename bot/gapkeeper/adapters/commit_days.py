"""The day of each file's last commit, at every commit of a first-parent line: what `git.commit_dates` says of each.

That function asks git's log, newest first, for the first commit that changed the file; and a merge changes it where
it is unlike in all parents.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

from gapkeeper.adapters.git import moment_of
from gapkeeper.adapters.git_log import reach

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gapkeeper.adapters.git_files import Blob
    from gapkeeper.adapters.git_log import LoggedCommit


class CommitDays:
    """Goes along the line, one commit after the other."""

    def __init__(self, log: Mapping[str, LoggedCommit], line: Sequence[str], cut: frozenset[bytes]) -> None:
        """``cut``: the commits where a shallow clone's history begins, which seem to change every file."""
        self._log = log
        self._cut = cut
        self._place = {commit: place for place, commit in enumerate(line)}
        # For each path the places on the line where it changed, and what it was changed to.
        self._changed: defaultdict[str, list[int]] = defaultdict(list)
        self._states: defaultdict[str, list[Blob | None]] = defaultdict(list)
        self._seen: set[str] = set()
        self._last: dict[str, str] = {}  # path -> its last commit
        self._touched: dict[str, tuple[str, ...]] = {}  # commit -> paths, for those that are looked at again
        self._in_order = all(log[p].time <= entry.time for entry in log.values() for p in entry.parents if p in log)

    def advance(self, commit: str) -> None:
        """Go to the next commit of the line."""
        entry = self._log[commit]
        for path, state in entry.changes.items():
            self._changed[path].append(self._place[commit])
            self._states[path].append(state)
        self._seen.add(commit)
        brought = list(reach(self._log, entry.parents[1:], self._seen))
        if len(entry.parents) < 2 or self._in_order:
            for other in brought:
                for path in self._touches(other):
                    before = self._last.get(path)
                    if before is None or self._log[before].time < self._log[other].time:
                        self._last[path] = other
        else:
            self._last |= self._as_log_goes(commit)
        self._last |= dict.fromkeys(self._touches(commit), commit)

    def days(self, paths: Iterable[str]) -> Iterator[tuple[str, dt.date]]:
        """The day, in UTC, of the last commit of each path; those of which that is unknown are left out."""
        for path in paths:
            commit = self._last.get(path)
            if commit is not None and commit.encode("ascii") not in self._cut:
                moment = moment_of(self._log[commit].time)
                if moment is not None:
                    yield path, moment.date()

    def _touches(self, commit: str) -> tuple[str, ...]:
        """The paths that a commit changed against all of its parents."""
        known = self._touched.get(commit)
        if known is None:
            entry = self._log[commit]
            others = entry.parents[1:]
            known = self._touched[commit] = tuple(
                path
                for path, state in entry.changes.items()
                if all(self._state(parent, path) != state for parent in others)
            )
        return known

    def _state(self, commit: str, path: str) -> Blob | None:
        """What a path is at a commit that was passed, or brought in by one."""
        at: str | None = commit
        while at is not None and at in self._log:
            place = self._place.get(at)
            if place is not None:
                index = bisect_left(self._changed[path], place + 1) - 1
                return self._states[path][index] if index >= 0 else None
            entry = self._log[at]
            if path in entry.changes:
                return entry.changes[path]
            at = next(iter(entry.parents), None)
        return None

    def _as_log_goes(self, tip: str) -> dict[str, str]:
        """The last commit of each path in the order of git's log: needed where clocks were wrong."""
        found: dict[str, str] = {}
        queued = {tip}
        queue = [(-self._log[tip].time, 0, tip)]
        while queue:
            _, _, commit = heapq.heappop(queue)
            for path in self._touches(commit):
                found.setdefault(path, commit)
            for parent in self._log[commit].parents:
                if parent in self._log and parent not in queued:
                    queued.add(parent)
                    heapq.heappush(queue, (-self._log[parent].time, len(queued), parent))
        return found
