"""The issues of a project as they were last seen, kept between runs so that only what changed is read."""

from __future__ import annotations

import contextlib
import datetime as dt
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from gapkeeper.adapters.http.store import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gapkeeper.adapters.forge.raw import Raw
    from gapkeeper.adapters.http.store import Store


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the mirror holds, and when it was last compared. Times are ISO 8601."""

    label: str  # the managed label that was asked for, in small letters
    everything: bool  # all issues of the project, or those with the label only
    since: str  # by the forge's clock: what changed from then on is asked for next
    whole_at: str  # by our clock: the last complete listing
    listed_at: str  # by our clock: the last listing of what changed


class Mirror:
    """The mirror of one project for one account. ``scope`` names both."""

    def __init__(self, store: Store, scope: str) -> None:
        self._store = store
        self._scope = scope
        self._issues: dict[int, Raw] | None = None

    @property
    def coverage(self) -> Coverage | None:
        """What it holds; None: nothing that can be relied on."""
        note = self._store.note(self._scope, "coverage")
        try:
            return None if note is None else Coverage(**note)
        except TypeError:
            return None

    @property
    def issues(self) -> dict[int, Raw]:
        """All that it holds, by number."""
        if self._issues is None:
            self._issues = {}
            for number, data in self._store.rows("SELECT number, data FROM issues WHERE scope = ?", self._scope):
                with contextlib.suppress(ValueError, zlib.error):
                    self._issues[number] = unpacked(data)
        return self._issues

    def replace(self, issues: Iterable[Raw], coverage: Coverage) -> None:
        """Hold these and nothing else."""
        former, self._issues = self.issues, {raw["number"]: raw for raw in issues}
        for number, raw in self._issues.items():
            _carry_over(former.get(number), raw)
        with self._store.writing() as connection:
            connection.execute("DELETE FROM issues WHERE scope = ?", (self._scope,))
            rows = ((self._scope, number, packed(raw)) for number, raw in self._issues.items())
            connection.executemany("INSERT INTO issues VALUES (?, ?, ?)", rows)
        self.cover(coverage)

    def is_of(self, project: int) -> None:
        """Hold nothing of another project that had the same name: it was deleted, and this one made in its place."""
        known = self.note("project").get("id")
        if known == project:
            return
        if known is not None:
            self._issues = None
            self._store.forget(self._scope)
        self.set_note("project", {"id": project})

    def cover(self, coverage: Coverage) -> None:
        """It was compared."""
        self._store.set_note(self._scope, "coverage", asdict(coverage))

    def put(self, raw: Raw) -> None:
        """An issue as it is now."""
        _carry_over(self.issues.get(raw["number"]), raw)
        self.issues[raw["number"]] = raw
        with self._store.writing() as connection:
            row = (self._scope, raw["number"], packed(raw))
            connection.execute("INSERT OR REPLACE INTO issues VALUES (?, ?, ?)", row)

    def note_comment(self, number: int) -> None:
        """We left a comment on an issue."""
        raw = self.issues.get(number)
        if raw is not None:
            raw["comments"] = int(raw.get("comments") or 0) + 1
            self.put(raw)

    def remove(self, number: int) -> None:
        """An issue is gone."""
        self.issues.pop(number, None)
        with self._store.writing() as connection:
            connection.execute("DELETE FROM issues WHERE scope = ? AND number = ?", (self._scope, number))

    def note(self, name: str) -> dict[str, object]:
        """A small thing that was remembered of the project."""
        note = self._store.note(self._scope, name)
        return note if isinstance(note, dict) else {}

    def set_note(self, name: str, value: Mapping[str, object]) -> None:
        """Remember it."""
        self._store.set_note(self._scope, name, value)


def age(text: str, now: dt.datetime) -> dt.timedelta | None:
    """How long ago a kept time was; None where it is none, or was in the future: a clock was set back."""
    try:
        passed = now - dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return passed if passed >= dt.timedelta(0) else None


def _carry_over(former: Raw | None, raw: Raw) -> None:
    """What was found out about an issue and its JSON does not say."""
    if former is not None:
        for name, value in former.items():
            if name.startswith("our_"):
                raw.setdefault(name, value)
