"""Reads issues: what changed since they were last listed, where that is known; else all of them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol

from gapkeeper.adapters.forge.mirror import Coverage, age
from gapkeeper.adapters.forge.raw import Raw, is_issue, is_ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gapkeeper.adapters.forge.mirror import Mirror
    from gapkeeper.adapters.http.answer import Answer, Json

PAGE = 100  # issues; the most that a forge lists at once
#: So often everything is listed anew: what was deleted or transferred is not among what changed.
WHOLE = dt.timedelta(days=1)
#: A forge's servers do not all know the same at once.
_OVERLAP = dt.timedelta(minutes=1)


class Source(Protocol):
    """Where issues are listed."""

    @property
    def now(self) -> dt.datetime:
        """Our clock."""

    def pages(self, *, since: str | None = None, label: str | None = None) -> Iterator[Answer]:
        """Issues in all states: those that changed since then, the latest change first; else the newest first."""

    def trimmed(self, data: Json) -> Raw:
        """One of them."""

    def is_worth_keeping(self, raw: Raw) -> bool:
        """Whether something that is listed and is no issue is to be remembered."""


class Listing:
    """Keeps a mirror in step with its project."""

    def __init__(self, source: Source, mirror: Mirror) -> None:
        self._source = source
        self._mirror = mirror

    def renew(self, managed_label: str | None = None, *, everything: bool = False) -> None:
        """Bring the mirror up to date. Complete, or a `TrackerError`.

        Args:
            managed_label: Says which issues are ours; None: as it was last said.
            everything: All other issues, too.
        """
        kept = self._mirror.coverage
        label = managed_label.casefold() if managed_label is not None else kept.label if kept else ""
        if kept is not None and (kept.everything or (not everything and kept.label == label)):
            since_whole = age(kept.whole_at, self._source.now)
            if since_whole is not None and since_whole < WHOLE:
                self._changes(kept)
                return
        as_before = managed_label is None and (kept is None or kept.everything)
        self._whole(label, everything=everything or as_before)

    def _changes(self, kept: Coverage) -> None:
        """What changed, the latest first.

        An unchanged page is taken, too: the run that was answered it may have ended before it kept what it says, or
        before it had read the pages after it.
        """
        first: Answer | None = None
        for page in self._source.pages(since=kept.since):
            first = first or page
            self._take(page)
        # After several pages the next answer shall be short again.
        since = kept.since if first is None or first.next is None else self._from(first)
        now = self._source.now.isoformat()
        self._mirror.cover(Coverage(kept.label, kept.everything, since, kept.whole_at, now))

    def _whole(self, label: str, *, everything: bool) -> None:
        """All issues where ours are most of them; else those with the label, unless all are wanted."""
        found: dict[int, Raw] = {}
        started: Answer | None = None
        for page in self._source.pages():
            started = started or page
            found |= self._issues(page)
            if page.next is not None and not everything and "," not in label and not _mostly_ours(found, label):
                break
        else:
            everything = True
        if not everything:
            found, started = {}, None
            for page in self._source.pages(label=label):
                started = started or page
                found |= self._issues(page)
        if started is not None:  # there is always a first page
            now = self._source.now.isoformat()
            coverage = Coverage(label, everything, self._from(started), now, now)
            self._mirror.replace(self._worth_keeping(found), coverage)

    def _take(self, page: Answer) -> None:
        found = self._issues(page)
        kept = self._worth_keeping(found)
        for raw in kept:
            self._mirror.put(raw)
        # What was an issue of this project and is none any more: it was moved away.
        for number in (found.keys() - {raw["number"] for raw in kept}) & self._mirror.issues.keys():
            self._mirror.remove(number)

    def _worth_keeping(self, found: dict[int, Raw]) -> list[Raw]:
        """Issues, and what the forge's adapter needs of the others."""
        return [raw for raw in found.values() if is_issue(raw) or self._source.is_worth_keeping(raw)]

    def _issues(self, page: Answer) -> dict[int, Raw]:
        raws = map(self._source.trimmed, page.data)
        return {raw["number"]: raw for raw in raws}

    def _from(self, first: Answer) -> str:
        """Where the next listing of changes begins, by the forge's clock."""
        began = (first.date or self._source.now) - _OVERLAP
        return began.strftime("%Y-%m-%dT%H:%M:%SZ")


def _mostly_ours(found: dict[int, Raw], label: str) -> bool:
    issues = [raw for raw in found.values() if is_issue(raw)]
    return 2 * sum(is_ours(raw, label) for raw in issues) >= len(issues)
