"""What git knows beside the documents of one revision: asked only where a plan depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gapkeeper.model.spans import Place


def _unrelated(_first: str, _second: str) -> bool:
    return False


def _nobody_knows(_place: Place) -> str | None:
    return None


def _nowhere(_revision: str) -> str | None:
    return None


def _no_branch() -> str | None:
    return None


def _any_branch(_name: str) -> bool:
    return True


def _nothing(_revision: str) -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class History:
    """Questions to git. The defaults are the answers where there is none."""

    is_ancestor: Callable[[str, str], bool] = _unrelated  # of two commits: the first is the second, or comes before it
    written_by: Callable[[Place], str | None] = _nobody_knows  # who committed what stands at a place
    renamed: Callable[[str], Mapping[str, str]] = _nothing  # since a commit: path now -> path then
    # Where a commit is, in words for people (`on main`, `not in this clone`); None: on no branch, or not any more.
    where: Callable[[str], str | None] = _nowhere
    branch: Callable[[], str | None] = _no_branch  # the branch that is checked out and read, by its name
    is_branch: Callable[[str], bool] = _any_branch  # whether what is read is of a branch, by its name
    # The commit of a branch at the remote that a clone was made from, asked there; None: there is no such remote.
    newest: Callable[[str], str | None] = _nowhere


NO_HISTORY = History()
