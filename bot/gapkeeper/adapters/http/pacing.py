"""How fast we go: below what a forge allows, and stopped where it says so. Sleeping is handed in."""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.adapters.http.failures import is_limit, is_used_up, limited_until
from gapkeeper.errors import RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.adapters.http.answer import Answer
    from gapkeeper.adapters.http.store import Store
    from gapkeeper.ports import Clock

#: A wait that is longer ends the run instead.
PATIENCE = dt.timedelta(seconds=60)
_MINUTE, _HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
_READ, _WRITE = 1, 5  # points, as GitHub counts them


@dataclass(frozen=True, slots=True)
class Limits:
    """What a forge allows; None: what it says itself and nothing else."""

    seconds_between_writes: float = 1.0  # GitHub: "at least one second between each request"
    creates_a_minute: int | None = None  # GitHub: 80 content-generating requests
    creates_an_hour: int | None = None  # GitHub: 500
    points_a_minute: int | None = None  # GitHub: 900; a read costs 1, a write 5
    # By what is created; GitLab: 200 issues, 60 comments
    each_a_minute: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class Pacing:
    """The pace of one account. What was created is kept between runs: an hour's limit does not end with a run."""

    def __init__(self, limits: Limits, *, clock: Clock, sleep: Callable[[float], None], store: Store) -> None:
        self.limits = limits
        self._clock = clock
        self._sleep = sleep
        self._store = store
        self._account = ""
        self._blocked: dt.datetime | None = None
        self._last_write: dt.datetime | None = None
        self._points: deque[tuple[dt.datetime, int]] = deque()

    @property
    def now(self) -> dt.datetime:
        """The time."""
        return self._clock()

    def is_for(self, account: str) -> None:
        """Count for this account from now on; it names a token, and does not tell it."""
        self._account = account

    def before(self, *, writes: bool, creates: str | None) -> None:
        """Wait until a request may be sent.

        Raises `RateLimitedError` where that takes longer than a run should wait.
        """
        if self._blocked is not None:
            self._wait_until(self._blocked, "the forge allows no more requests for now")
        if self.limits.points_a_minute is not None:
            self._spend(_WRITE if writes else _READ, self.limits.points_a_minute)
        if creates is not None:
            self._count_creates(creates)
        if writes and self._last_write is not None and self.limits.seconds_between_writes:
            gap = dt.timedelta(seconds=self.limits.seconds_between_writes)
            # A clock that is set back must not make us wait for an hour.
            self._pause(min(gap, self._last_write + gap - self.now))

    def after(self, answer: Answer | None, *, writes: bool, creates: str | None) -> None:
        """A request was sent; None: and not answered."""
        now = self.now
        if writes:
            self._last_write = now
        if creates is not None:
            self._store.note_create(self._account, now)
            if creates in self.limits.each_a_minute:
                self._store.note_create(self._counted_as(creates), now)
        if answer is not None and (is_limit(answer) or is_used_up(answer)):
            self._blocked = limited_until(answer, now)

    def wait_for(self, error: RateLimitedError) -> bool:
        """Wait until a limit ends, if that is soon; whether we did."""
        if error.until is None or error.until - self.now > PATIENCE:
            return False
        self._pause(error.until - self.now)
        return True

    def rest(self, seconds: float) -> None:
        """Wait a moment before something is tried again."""
        self._sleep(seconds)

    def _count_creates(self, what: str) -> None:
        everything = "new issues and comments"
        self._keep_to(self.limits.creates_an_hour, _HOUR, self._account, everything)
        self._keep_to(self.limits.creates_a_minute, _MINUTE, self._account, everything)
        self._keep_to(self.limits.each_a_minute.get(what), _MINUTE, self._counted_as(what), f"new {what}s")

    def _keep_to(self, limit: int | None, period: dt.timedelta, account: str, what: str) -> None:
        if limit is None:
            return
        made = self._store.creates_since(account, self.now - period)
        if len(made) >= limit:
            # As soon as the one that has to leave the window has left it.
            per = "an hour" if period == _HOUR else "a minute"
            self._wait_until(made[-limit] + period, f"{limit} {what} {per} are allowed")

    def _counted_as(self, what: str) -> str:
        """Under which name things of one kind are counted."""
        return f"{self._account}/{what}"

    def _spend(self, cost: int, limit: int) -> None:
        while self._points and self._points[0][0] <= self.now - _MINUTE:
            self._points.popleft()
        while self._points and sum(points for _, points in self._points) + cost > limit:
            oldest, _ = self._points.popleft()
            self._pause(oldest + _MINUTE - self.now)
        self._points.append((self.now, cost))

    def _wait_until(self, moment: dt.datetime, why: str) -> None:
        if moment - self.now > PATIENCE:
            raise RateLimitedError(why, until=moment, hint="The next run goes on where this one stopped.")
        self._pause(moment - self.now)
        self._blocked = None

    def _pause(self, how_long: dt.timedelta) -> None:
        if how_long > dt.timedelta(0):
            self._sleep(how_long.total_seconds())
