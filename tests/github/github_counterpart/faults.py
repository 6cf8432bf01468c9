"""What can go wrong between a client and GitHub."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from github_counterpart.messages import Answer, Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from github_counterpart.seen import Seen

UNICORN = b"<!DOCTYPE html>\n<html>\n<head><title>Unicorn! &middot; GitHub</title></head>\n<body>\n</body>\n</html>\n"
_HTML = {"content-type": "text/html; charset=utf-8"}
_SECONDARY = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID.",
    "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"
    "#about-secondary-rate-limits",
}


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one request."""

    name: str
    done: bool  # the server did what was asked all the same
    answer: Answer | None = None  # what comes instead of its answer; None: that answer, in another way
    ending: Ending = Ending.WHOLE
    link: str | None = None  # the address of the next page in the answer
    half: bool = False  # whole by its length, and yet half of the JSON
    then: Callable[[], None] | None = None  # what happens at that moment

    def spoil(self, answer: Answer | None) -> Answer:
        """What arrives; the server's own answer is None where it was never asked."""
        if self.then is not None:
            self.then()
        if self.answer is not None:
            return replace(self.answer, headers=dict(self.answer.headers))
        if answer is None:
            return Answer(500, ending=self.ending)
        headers = dict(answer.headers)
        if self.link is not None:
            headers["link"] = f'<{self.link}>; rel="next"'
        body = answer.data[: len(answer.data) // 2] if self.half else answer.body
        return replace(answer, body=body, headers=headers, ending=self.ending)

    def __str__(self) -> str:
        return f"{self.name} ({'after' if self.done else 'before'} the server did it)"


def status(code: int, *, done: bool = False, message: str = "", **headers: str) -> Fault:
    """An answer with this status and GitHub's kind of body; header names with underscores."""
    body = {"message": message or f"Server Error {code}", "documentation_url": "https://docs.github.com/rest"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(str(code), done, Answer(code, body, named))


def html(code: int, *, done: bool = False) -> Fault:
    """A page for people, as GitHub's front sends it when what is behind does not answer."""
    return Fault(f"{code} in HTML", done, Answer(code, UNICORN, dict(_HTML)))


def cut(*, done: bool) -> Fault:
    return Fault("connection cut", done, ending=Ending.CUT, answer=Answer(500, ending=Ending.CUT))


def silent(*, done: bool) -> Fault:
    return Fault("time-out", done, ending=Ending.SILENT, answer=Answer(500, ending=Ending.SILENT))


def truncated() -> Fault:
    """The connection ends in the middle of the answer."""
    return Fault("truncated", done=True, ending=Ending.TRUNCATED)


def half_json() -> Fault:
    """The answer ends in the middle, and HTTP does not tell."""
    return Fault("half of the JSON", done=True, half=True)


def secondary(code: int = 403, *, retry_after: int | None = 60) -> Fault:
    """The secondary rate limit: nothing was done."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Fault(f"secondary limit as {code}", done=False, answer=Answer(code, _SECONDARY, headers))


def redirect(to: str, code: int = 301) -> Fault:
    body = {"message": "Moved Permanently", "url": to, "documentation_url": "https://docs.github.com/rest"}
    return Fault(f"redirect to {to}", done=False, answer=Answer(code, body, {"location": to}))


def linking(to: str) -> Fault:
    """The answer itself, but its next page is elsewhere (or is itself: a loop without an end)."""
    return Fault(f"next page is {to}", done=True, link=to)


#: What a network and a busy server do to anybody's request.
USUAL: tuple[Fault, ...] = (
    status(500),
    status(500, done=True),
    html(502),
    html(502, done=True),
    status(503),
    html(504, done=True),
    cut(done=False),
    cut(done=True),
    silent(done=False),
    silent(done=True),
    truncated(),
    half_json(),
    secondary(429),
    secondary(403),
)


class Trouble(Protocol):
    """Says for each request what goes wrong with it, if anything does."""

    def __call__(self, seen: Seen) -> Fault | None:
        """Asked before the request is looked at."""


def no_trouble(_seen: Seen) -> Fault | None:
    return None


class Unlucky:
    """A share of all requests goes wrong at random; the same seed does the same."""

    def __init__(self, seed: int, *, share: float = 1 / 3, faults: Sequence[Fault] = USUAL) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same bad luck every time
        self._share = share
        self._faults = faults
        self.met: list[tuple[str, Fault]] = []

    def __call__(self, seen: Seen) -> Fault | None:
        if self._random.random() >= self._share:
            return None
        fault = self._random.choice(self._faults)
        self.met.append((f"{seen.method} {seen.template}", fault))
        return fault


class Once:
    """One fault, for the k-th request that matches (the first is 1); every one that matches where ``k`` is None."""

    def __init__(self, fault: Fault, what: str = "", *, k: int | None = 1) -> None:
        self._fault = fault
        self._what = what
        self._k = k
        self.met = 0

    def __call__(self, seen: Seen) -> Fault | None:
        if not f"{seen.method} {seen.template}".startswith(self._what):
            return None
        self.met += 1
        return self._fault if self._k in {None, self.met} else None
