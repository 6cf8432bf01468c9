"""A pull or merge request, and what a review says on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gapkeeper.model.diagnostics import Diagnostic

#: The name of the status or check, the same on every forge: branch protection asks for it by this name.
CONTEXT = "gapkeeper/readiness"
#: What the comment of ours begins with, from its first character on, and no other text of ours.
COMMENT_START = "<!-- gapkeeper: review "


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request on GitHub, a merge request on GitLab, as it is now."""

    number: int
    open: bool  # False: merged or closed
    head: str  # the commit that it ends in
    base: str  # the branch that it is to be merged into
    head_ref: str  # where git finds the head at the project's own remote: `refs/pull/7/head`
    fork: bool  # it comes from another project: a stranger may have written everything in it
    url: str


@dataclass(frozen=True, slots=True)
class PostedComment:
    """A review comment of ours, as it is now: people may have edited it."""

    id: int
    body: str


class Conclusion(StrEnum):
    """What the status or check says; only `FAILURE` is red, and only where the repository asked for it.

    `NEUTRAL` is grey where there are checks, and green where there are only statuses.
    """

    NEUTRAL = "neutral"
    SUCCESS = "success"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a commit beside the comment."""

    conclusion: Conclusion
    title: str  # one line of plain text, already safe to show; cut at 140 characters (GitHub) or 255
    summary: str  # Markdown, already escaped, for where a check has a page of its own
    annotations: tuple[Diagnostic, ...] = ()  # at lines of the head, columns in bytes
