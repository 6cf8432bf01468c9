"""Issues that people put on hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from gapkeeper.planning.observe import carries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gapkeeper.model.snapshot import Issue

ThingT = TypeVar("ThingT")


@dataclass(slots=True)
class Hold:
    """Leaves them alone, and says so."""

    label: str
    numbers: list[int] = field(default_factory=list)

    def without(self, things: Iterable[ThingT], issue_of: Callable[[ThingT], Issue | None]) -> list[ThingT]:
        """Everything whose issue is not on hold."""
        return [thing for thing in things if not self._holds(issue_of(thing))]

    def _holds(self, issue: Issue | None) -> bool:
        if issue is None or not carries(issue, self.label):
            return False
        self.numbers.append(issue.number)
        return True

    def notes(self) -> list[str]:
        """Which they are."""
        return [f"#{number} is on hold (`{self.label}`) and is left alone" for number in sorted(self.numbers)]
