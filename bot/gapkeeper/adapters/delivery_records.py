"""What the edges that write to documents need to have remembered, whoever remembers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gapkeeper.model.delivery import Proposal, ProposalState, ProposalText


class OwnEdits(Protocol):
    """What we left in files ourselves."""

    def remember(self, texts: Mapping[str, bytes]) -> None:
        """These bytes are going to be written, by path. `RefusedError` where nothing may be."""

    def are_ours(self, path: str, data: bytes) -> bool:
        """Whether we wrote exactly these bytes."""


class DeliveryRecords(Protocol):
    """Proposals and begun commits of local repositories; a place is a folder of git's."""

    def require_writer(self) -> None:
        """Raise `RefusedError` where nothing may be written."""

    def proposals(self, place: Path) -> tuple[Proposal, ...]:
        """All proposals as they were last recorded, the newest first."""

    def propose(self, place: Path, branch: str, text: ProposalText, *, head: str) -> Proposal:
        """Record a proposal."""

    def update(self, number: int, *, text: ProposalText | None = None, head: str | None = None) -> None:
        """Change an open proposal."""

    def close(
        self, number: int, state: ProposalState, *, head: str | None = None, by_actor: bool, reason: str | None = None
    ) -> None:
        """Close an open proposal."""

    def intent(self, place: Path) -> str | None:
        """The commit that was begun and not completed."""

    def begin(self, place: Path, intent: str) -> None:
        """A commit is going to be made."""

    def finish(self, place: Path) -> None:
        """It was made, or given up."""
