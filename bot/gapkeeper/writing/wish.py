"""What is to be written, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.model.status import State

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.model.items import StatusForm
    from gapkeeper.model.status import Status
    from gapkeeper.writing.samples import Sample

#: 0: as the neighbours write it; 1: the usual word of the document's language, plain; 2: the same in English.
LEVELS = (0, 1, 2)


class Wish(NamedTuple):
    """The status that is to be written."""

    status: Status
    was: Status  # what the item's status is now
    date: dt.date | None = None  # the day that is written with it, so that it counts before what is older
    level: int = 0  # one of LEVELS

    @property
    def reopens(self) -> bool:
        """Whether a closed item becomes an open one."""
        return self.was.state is State.CLOSED and self.status.state is State.OPEN


class Spot(NamedTuple):
    """Where a status will stand."""

    form: StatusForm
    near: tuple[Sample, ...] = ()  # what stands in the same column, or the like: it speaks before all else
    own: str | None = None  # what stands there now; a marker keeps its dress
