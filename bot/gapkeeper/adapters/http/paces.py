"""How fast accounts go, whoever acts as them: the runs of one process can share this, each in a thread of its own.

A request is given the moment at which it may be sent, at once and under a lock; who sends it waits for that moment
without the lock, so that nobody waits for somebody who waits.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from bisect import insort
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapkeeper.errors import RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A wait for a limit that is longer ends the run instead.
PATIENCE = dt.timedelta(seconds=60)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Quota:
    """How many things of a name may be created in a period; ``what`` calls them for people."""

    name: str
    limit: int
    period: dt.timedelta
    what: str

    @property
    def why(self) -> str:
        """Why something is waited for."""
        per = "an hour" if self.period == HOUR else "a minute"
        return f"{self.limit} {self.what} {per} are allowed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request needs."""

    points: int
    points_a_minute: int | None  # that are allowed; None: any number
    gap: dt.timedelta | None  # to every other write; None: it is a read
    creates: tuple[str, ...] = ()  # the names under which what it creates is counted
    quotas: tuple[Quota, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """The moment that a request was given."""

    start: dt.datetime
    asked: Asked


class Pace:
    """What one account did lately, and is about to do. Every method may be called by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocked: dt.datetime | None = None  # the forge allows nothing until then
        self._written: dt.datetime | None = None  # the last write was answered
        self._writing: list[dt.datetime] = []  # when those are sent that are not answered yet; sorted
        self._points: list[tuple[dt.datetime, int]] = []  # sorted
        self._created: dict[str, Counter[dt.datetime]] = {}

    def learn(self, name: str, moments: Iterable[dt.datetime]) -> None:
        """Things of this name were created: by an earlier process, by another one, or by us and known already."""
        with self._lock:
            self._created[name] = self._created.get(name, Counter()) | Counter(moments)

    def reserve(self, asked: Asked, now: dt.datetime) -> Slot:
        """The next moment at which this may be sent; it is taken from now on.

        Raises `RateLimitedError` where a limit lasts longer than a run should wait.
        """
        with self._lock:
            start = now
            if self._blocked is not None:
                start = max(start, _soon(self._blocked, now, "the forge allows no more requests for now"))
            for quota in asked.quotas:
                start = max(start, _soon(self._room(quota, now), now, quota.why))
            if asked.points_a_minute is not None:
                start = max(start, self._affordable(asked.points, asked.points_a_minute, now))
            if asked.gap is not None:
                start = self._apart(start, asked.gap, now)
            slot = Slot(start, asked)
            self._take(slot)
            return slot

    def is_put_off(self, slot: Slot) -> bool:
        """Whether the forge has stopped us since the moment was given."""
        with self._lock:
            return self._blocked is not None and self._blocked > slot.start

    def withdraw(self, slot: Slot) -> None:
        """It will not be sent at that moment."""
        with self._lock:
            self._release(slot)
            with contextlib.suppress(ValueError):  # long past
                self._points.remove((slot.start, slot.asked.points))

    def done(self, slot: Slot, now: dt.datetime, *, blocked: dt.datetime | None) -> None:
        """It was sent; ``blocked`` is until when the forge allows nothing more, where it says so."""
        with self._lock:
            self._release(slot)
            if slot.asked.gap is not None:
                self._written = now
            for name in slot.asked.creates:
                self._made(name, now)[now] += 1
            if blocked is not None:
                self._blocked = blocked if self._blocked is None else max(blocked, self._blocked)

    def _take(self, slot: Slot) -> None:
        if slot.asked.points_a_minute is not None:
            insort(self._points, (slot.start, slot.asked.points))
        if slot.asked.gap is not None:
            insort(self._writing, slot.start)
        for name in slot.asked.creates:
            self._made(name, slot.start)[slot.start] += 1

    def _release(self, slot: Slot) -> None:
        if slot.asked.gap is not None:
            self._writing.remove(slot.start)
        for name in slot.asked.creates:
            self._made(name, slot.start)[slot.start] -= 1

    def _made(self, name: str, now: dt.datetime) -> Counter[dt.datetime]:
        """What was created lately under a name, and is about to be."""
        known = self._created.get(name, {}).items()
        self._created[name] = Counter({at: count for at, count in known if count > 0 and at > now - HOUR})
        return self._created[name]

    def _room(self, quota: Quota, now: dt.datetime) -> dt.datetime:
        """When one more may be created: as soon as the one that has to leave the window has left it."""
        made = sorted(at for at in self._made(quota.name, now).elements() if at > now - quota.period)
        return made[-quota.limit] + quota.period if len(made) >= quota.limit else now

    def _affordable(self, points: int, limit: int, now: dt.datetime) -> dt.datetime:
        """When these points may be spent: as soon as enough were spent a minute ago."""
        self._points = [one for one in self._points if one[0] > now - MINUTE]
        spent, moment = sum(one[1] for one in self._points), now
        for at, former in self._points:
            if spent + points <= limit:
                break
            spent, moment = spent - former, at + MINUTE
        return moment

    def _apart(self, start: dt.datetime, gap: dt.timedelta, now: dt.datetime) -> dt.datetime:
        """The first moment that is far enough from every other write."""
        if self._written is not None:
            # A clock that is set back must not make us wait for an hour.
            start = max(start, min(self._written, now) + gap)
        for other in self._writing:
            if other - gap < start < other + gap:
                start = other + gap
        return start


class Paces:
    """The paces of all accounts of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}

    def of(self, account: str) -> Pace:
        """The pace of an account; it names a token, and does not tell it."""
        with self._lock:
            return self._paces.setdefault(account, Pace())


def _soon(moment: dt.datetime, now: dt.datetime, why: str) -> dt.datetime:
    if moment - now > PATIENCE:
        raise RateLimitedError(why, until=moment, hint="The next run goes on where this one stopped.")
    return moment
