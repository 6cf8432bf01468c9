"""GitLab's limits: requests a minute of one account, and of single endpoints."""

from __future__ import annotations

import email.utils
import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from github_counterpart.messages import Answer
from gitlab_counterpart.errors import Refusal, too_many

MINUTE = 60
#: How often gitlab.com lets one account use these in a minute; notes of all kinds are counted together.
ENDPOINTS = {"issues": 200, "notes": 60}
_COUNTED = {
    "POST /projects/{id}/issues": "issues",
    "POST /projects/{id}/issues/{issue_iid}/notes": "notes",
    "POST /projects/{id}/merge_requests/{merge_request_iid}/notes": "notes",
}


@dataclass
class Limits:
    """What each account has used up, by GitLab's clock."""

    enforced: bool = True
    a_minute: int = 2_000
    endpoints: dict[str, int] = field(default_factory=lambda: dict(ENDPOINTS))
    headers_always: bool = True  # many installations send them with a refusal only
    retry_after: bool = True  # whether the limit of an endpoint says when to come again: older versions do not
    hits: list[str] = field(default_factory=list)  # each time that somebody ran into a limit
    _windows: dict[str, tuple[float, int]] = field(default_factory=dict)  # account -> its end, requests in it
    _used: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def admit(self, account: str, name: str, at: float) -> None:
        """Count a request, and refuse it where there were too many: before anything was done."""
        until, used = self._window(account, at)
        self._windows[account] = until, used + 1
        if not self.enforced:
            return
        if used >= self.a_minute:
            self.hits.append("account")
            raise self._retry_later(account, at)
        self._admit_to_endpoint(account, name, at)

    def headers(self, account: str, at: float) -> dict[str, str]:
        until, used = self._window(account, at)
        return {
            "ratelimit-limit": str(self.a_minute),
            "ratelimit-name": "throttle_authenticated_api",
            "ratelimit-observed": str(used),
            "ratelimit-remaining": str(max(0, self.a_minute - used)),
            "ratelimit-reset": str(math.ceil(until)),
            "ratelimit-resettime": email.utils.formatdate(math.ceil(until), usegmt=True),
        }

    def use_up(self, account: str, at: float, *, leave: int = 0) -> None:
        """Have only so many requests left in this minute."""
        self._windows[account] = self._window(account, at)[0], self.a_minute - leave

    def _window(self, account: str, at: float) -> tuple[float, int]:
        until, used = self._windows.get(account, (0.0, 0))
        return (until, used) if until > at else (at + MINUTE, 0)

    def _retry_later(self, account: str, at: float) -> Refusal:
        """The first of two forms: plain text, from before the application."""
        headers = self.headers(account, at)
        wait = math.ceil(self._window(account, at)[0] - at)
        refusal = Refusal(429, None)
        refusal.answer = Answer(
            429, b"Retry later\n", {"content-type": "text/plain", "retry-after": str(wait), **headers}
        )
        return refusal

    def _admit_to_endpoint(self, account: str, name: str, at: float) -> None:
        """The second form: JSON, from within."""
        counted = _COUNTED.get(name, "")
        if counted not in self.endpoints:
            return
        used = self._used[account, counted]
        while used and used[0] <= at - MINUTE:
            used.popleft()
        if len(used) >= self.endpoints[counted]:
            self.hits.append(counted)
            refusal = too_many()
            if self.retry_after:
                refusal.answer.headers["retry-after"] = str(MINUTE)
            raise refusal
        used.append(at)
