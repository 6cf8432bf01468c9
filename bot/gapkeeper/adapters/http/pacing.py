"""How fast we go: below what a forge allows, and stopped where it says so. Sleeping is handed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.adapters.http.failures import is_limit, is_used_up, limited_until
from gapkeeper.adapters.http.paces import HOUR, MINUTE, PATIENCE, Asked, Paces, Quota

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gapkeeper.adapters.http.answer import Answer
    from gapkeeper.adapters.http.paces import Slot
    from gapkeeper.adapters.http.store import Store
    from gapkeeper.errors import RateLimitedError
    from gapkeeper.ports import Clock

_EVERYTHING = "new issues and comments"
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
    """The pace of one account in one run. What was created is kept: an hour's limit does not end with a run."""

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Clock,
        sleep: Callable[[float], None],
        store: Store,
        paces: Paces | None = None,
    ) -> None:
        """``paces`` are those of all runs that go on at once; None: there is no other."""
        self.limits = limits
        self._clock = clock
        self._sleep = sleep
        self._store = store
        self._paces = Paces() if paces is None else paces
        self.is_for("")

    @property
    def now(self) -> dt.datetime:
        """The time."""
        return self._clock()

    def is_for(self, account: str) -> None:
        """Count for this account from now on; it names a token, and does not tell it."""
        self._account = account
        self._pace = self._paces.of(account)

    def before(self, *, writes: bool, creates: str | None) -> Slot:
        """Wait until a request may be sent; `after` is to be called with what is returned.

        Raises `RateLimitedError` where that takes longer than a run should wait.
        """
        asked = self._asked(writes=writes, creates=creates)
        for quota in asked.quotas:
            self._pace.learn(quota.name, self._store.creates_since(quota.name, self.now - quota.period))
        while True:
            slot = self._pace.reserve(asked, self.now)
            try:
                self._pause(slot.start - self.now)
            except BaseException:
                self._pace.withdraw(slot)
                raise
            if not self._pace.is_put_off(slot):
                return slot
            self._pace.withdraw(slot)

    def after(self, slot: Slot, answer: Answer | None) -> None:
        """A request was sent; None: and not answered."""
        now = self.now
        stopped = answer is not None and (is_limit(answer) or is_used_up(answer))
        self._pace.done(slot, now, blocked=limited_until(answer, now) if answer is not None and stopped else None)
        for name in slot.asked.creates:
            self._store.note_create(name, now)

    def wait_for(self, error: RateLimitedError) -> bool:
        """Wait until a limit ends, if that is soon; whether we did."""
        if error.until is None or error.until - self.now > PATIENCE:
            return False
        self._pause(error.until - self.now)
        return True

    def rest(self, seconds: float) -> None:
        """Wait a moment before something is tried again."""
        self._sleep(seconds)

    def _asked(self, *, writes: bool, creates: str | None) -> Asked:
        quotas = () if creates is None else tuple(self._quotas(creates))
        return Asked(
            points=_WRITE if writes else _READ,
            points_a_minute=self.limits.points_a_minute,
            gap=dt.timedelta(seconds=self.limits.seconds_between_writes) if writes else None,
            creates=() if creates is None else tuple(self._names(creates)),
            quotas=quotas,
        )

    def _names(self, what: str) -> Iterator[str]:
        """Under which names things of one kind are counted."""
        yield self._account
        if what in self.limits.each_a_minute:
            yield f"{self._account}/{what}"

    def _quotas(self, what: str) -> Iterator[Quota]:
        if self.limits.creates_an_hour is not None:
            yield Quota(self._account, self.limits.creates_an_hour, HOUR, _EVERYTHING)
        if self.limits.creates_a_minute is not None:
            yield Quota(self._account, self.limits.creates_a_minute, MINUTE, _EVERYTHING)
        if what in self.limits.each_a_minute:
            yield Quota(f"{self._account}/{what}", self.limits.each_a_minute[what], MINUTE, f"new {what}s")

    def _pause(self, how_long: dt.timedelta) -> None:
        if how_long > dt.timedelta(0):
            self._sleep(how_long.total_seconds())
