"""GitHub's two limits: requests an hour, and how fast they may come."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from github_counterpart.messages import Problem

if TYPE_CHECKING:
    from github_counterpart.accounts import Token

HOUR, MINUTE = 3600, 60
#: Points of a request, by whether it writes.
POINTS = {False: 1, True: 5}
_DOCS = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"


@dataclass
class _Window:
    """An hour of one account."""

    until: float
    used: int = 0


@dataclass
class Limits:
    """What each account has used up, by GitHub's clock."""

    enforced: bool = True
    hourly: int | None = None  # instead of what each token has
    creates_a_minute: int = 80
    creates_an_hour: int = 500
    points_a_minute: int = 900
    secondary_status: int = 403  # or 429
    retry_after: bool = True  # whether the secondary limit says when to come again
    hits: list[str] = field(default_factory=list)  # each time that somebody ran into a limit
    _windows: dict[str, _Window] = field(default_factory=dict)
    _created: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _points: dict[str, deque[tuple[float, int]]] = field(default_factory=lambda: defaultdict(deque))

    def admit(self, token: Token, at: float, *, writes: bool, creates: bool) -> None:
        """Let a request pass, or refuse it: before anything was done."""
        if not self.enforced:
            return
        window = self._window(token, at)
        if window.used >= self._hourly(token):
            self.hits.append("primary")
            raise self._primary(token)
        self._secondary(token.quota, at, writes=writes, creates=creates)

    def headers(self, token: Token, at: float, *, free: bool) -> dict[str, str]:
        """Count a request, and say what is left. One that was answered with 304 is free."""
        window = self._window(token, at)
        limit = self._hourly(token)
        if not free:
            window.used = min(limit, window.used + 1)
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(limit - window.used),
            "x-ratelimit-used": str(window.used),
            "x-ratelimit-reset": str(math.ceil(window.until)),
            "x-ratelimit-resource": "core",
        }

    def use_up(self, token: Token, at: float, *, leave: int = 0) -> None:
        """Have only so many requests left in this hour."""
        self._window(token, at).used = self._hourly(token) - leave

    def _hourly(self, token: Token) -> int:
        return token.hourly if self.hourly is None else self.hourly

    def _window(self, token: Token, at: float) -> _Window:
        window = self._windows.get(token.quota)
        if window is None or window.until <= at:
            window = self._windows[token.quota] = _Window(at + HOUR)
        return window

    @staticmethod
    def _primary(token: Token) -> Problem:
        whose = f"installation ID {token.installation}" if token.installation is not None else "user ID 1"
        problem = Problem(
            403,
            f"API rate limit exceeded for {whose}. If you reach out to GitHub Support for help, "
            "please include the request ID and timestamp.",
        )
        problem.answer.body["documentation_url"] = _DOCS
        return problem

    def _secondary(self, account: str, at: float, *, writes: bool, creates: bool) -> None:
        created, points = self._created[account], self._points[account]
        while created and created[0] <= at - HOUR:
            created.popleft()
        while points and points[0][0] <= at - MINUTE:
            points.popleft()
        lately = [moment for moment in created if moment > at - MINUTE]
        wait = 0.0
        if creates and len(lately) >= self.creates_a_minute:
            wait = lately[0] + MINUTE - at
        if creates and len(created) >= self.creates_an_hour:
            wait = created[0] + HOUR - at
        if sum(point for _, point in points) + POINTS[writes] > self.points_a_minute:
            wait = max(wait, points[0][0] + MINUTE - at)
        if wait > 0:
            self.hits.append("secondary")
            raise self._too_fast(wait)
        points.append((at, POINTS[writes]))
        if creates:
            created.append(at)

    def _too_fast(self, wait: float) -> Problem:
        problem = Problem(
            self.secondary_status,
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
            "If you reach out to GitHub Support for help, please include the request ID.",
            headers={"retry-after": str(math.ceil(wait))} if self.retry_after else {},
        )
        problem.answer.body["documentation_url"] = f"{_DOCS}#about-secondary-rate-limits"
        return problem
