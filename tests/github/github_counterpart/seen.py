"""What the proxy has seen: every request, for budgets and for the order of things."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Seen:
    """One request."""

    index: int  # the first is 1
    method: str
    template: str  # as GitHub's OpenAPI names the path; the path itself where it knows none
    path: str
    account: str  # who asked: a login; "" where nobody is known
    at: float  # seconds since 1970, as GitHub's clock had it
    conditional: bool  # with an ETag
    writes: bool  # it may change something
    status: int = 0  # of the answer; 0: there was none

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


class Log(list[Seen]):
    """Requests in their order."""

    def count(self, name: str = "") -> int:  # type: ignore[override] # a list's own is of no use here
        """How many there were whose method and path begin like this: `"POST"`, `"GET /repos/{owner}/{repo}/issues"`."""
        return sum(seen.name.startswith(name) for seen in self)

    @property
    def writes(self) -> Log:
        return Log(seen for seen in self if seen.writes)

    @property
    def reads(self) -> Log:
        return Log(seen for seen in self if not seen.writes)

    def since(self, index: int) -> Log:
        """Those after the one with this index."""
        return Log(self[index:])

    def table(self) -> Counter[str]:
        return Counter(seen.name for seen in self)

    def gaps(self) -> Iterator[float]:
        """Seconds between one write and the next, as GitHub's clock had it."""
        times = [seen.at for seen in self.writes]
        return (later - earlier for earlier, later in pairwise(times))
