"""The comment on a pull request: the number, what the change does to it, and the rest folded away.

It says nothing that differs from push to push while the documents stay the same, so that it is edited only where
something is new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gapkeeper import escaping
from gapkeeper.model.pulls import COMMENT_START
from gapkeeper.model.review import OnMerge
from gapkeeper.model.status import State
from gapkeeper.reporting import review_sections
from gapkeeper.reporting.compare import score
from gapkeeper.reporting.numbers import count, per_cent, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gapkeeper.model.items import Item
    from gapkeeper.model.snapshot import Capabilities
    from gapkeeper.reporting.compare import Comparison

#: What a comment of this version begins with.
FIRST_LINE = f"{COMMENT_START}1 -->"
_LIMIT = 60_000  # characters; GitHub takes 65,536
_NAMED = 5  # items that the summary names; of more it gives the number
_ISSUES = 12  # likewise; more than of items, because nothing else of the comment leads to them
_DRAWING = 2_000  # characters of a drawing where nobody knows who draws it; GitLab takes no more
_LEFT_OUT = "*Too long for one comment: `gapkeeper score --base` shows the rest.*"
_END = (
    "<sub>Gapkeeper compares the planning documents with where this branch left {base}. "
    "The settings of that branch hold, not those of this pull request.</sub>"
)


def _place(path: str, line: int) -> str:
    return escaping.code(f"{path}:{line}")


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that is said of one pull request."""

    comparison: Comparison
    base: str  # the branch that it goes into
    merge: OnMerge = field(default_factory=OnMerge)  # empty also where the tracker was not asked
    touched: tuple[str, ...] = ()  # planning documents that it changes
    notes: tuple[str, ...] = ()  # what people should know of the comparison: there is no merge base, ...
    # Shows a place of the head as Markdown.
    show: Callable[[str, int], str] = _place


def review_comment(review: Review, capabilities: Capabilities) -> str:
    """The comment, whole where it fits: else sections are left out from the end, and it says so."""
    sections = [
        *(f"> {escaping.inline(note)}" for note in review.notes),
        *review_sections.all_of(review.comparison, review.show, capabilities.mermaid_limit),
    ]
    merge = _on_merge(review.merge)
    head = "\n\n".join([f"{FIRST_LINE}\n{headline(review.comparison)}", _review_summary(review), *merge])
    end = _END.format(base=escaping.code(review.base))
    limit = min(_LIMIT, capabilities.body_limit)
    blocks, room = [head], limit - len(head) - len(end) - len(_LEFT_OUT) - 8
    for section in sections:
        room -= len(section) + 2
        if room < 0:
            blocks.append(_LEFT_OUT)
            break
        blocks.append(section)
    return "\n\n".join([*blocks, end])


def headline(comparison: Comparison) -> str:
    """The number and its change, as a heading: `### Readiness 44.75 % → 48.6 % (+3.85)`."""
    before, after = score(comparison.before), score(comparison.after)
    if after is None:
        was = "" if before is None else f" (it was {per_cent(before)})"
        return f"### No document states a readiness score{was}"
    if before is None:
        return f"### Readiness {per_cent(after)}"
    moved = after - before
    if signed(moved) == "±0":
        return f"### Readiness {per_cent(after)} (±0)"
    return f"### Readiness {per_cent(before)} → {per_cent(after)} ({signed(moved)})"


def comparison_markdown(comparison: Comparison, base: str) -> str:
    """What the comment says, without a pull request: for a job's summary, a wiki, a mail."""
    said = _summary(
        comparison,
        base,
        f"What came since {escaping.code(base)}",
        f"Nothing since {escaping.code(base)} changes an item.",
    )
    sections = review_sections.all_of(comparison, _place, _DRAWING)
    return "\n\n".join([headline(comparison), said, *sections]) + "\n"


def _review_summary(review: Review) -> str:
    if review.touched:
        unchanged = f"This pull request changes {count(len(review.touched), 'planning document')}, and no item."
    else:
        unchanged = "This pull request changes no planning document."
    return _summary(review.comparison, review.base, "This pull request", unchanged)


def _summary(comparison: Comparison, base: str, what: str, unchanged: str) -> str:
    """What it means, in words; ``unchanged`` where no item differs."""
    parts = [
        f"{word} {_keys(items)}"
        for word, items in (
            ("resolves", comparison.done),
            ("cancels", comparison.cancelled),
            ("reopens", comparison.reopened),
            ("adds", comparison.added),
            ("removes", comparison.removed),
        )
        if items
    ]
    if comparison.changed:
        parts.append(f"changes {count(len(comparison.changed), 'item')}")
    said = f"{what} {'; '.join(parts)}." if parts else unchanged
    after = comparison.after
    if score(comparison.before) is None and score(after) is not None:
        said = f"{escaping.code(base)} states no score to compare with. {said}"
    still = sum(item.state is State.OPEN for item in after.items)
    return f"{said} {count(still, 'item')} {'is' if still == 1 else 'are'} open after it."


def _keys(items: Sequence[Item]) -> str:
    if len(items) > _NAMED:
        return count(len(items), "item")
    return escaping.inline(", ".join(item.key for item in items))


def _on_merge(merge: OnMerge) -> list[str]:
    if not merge:
        return []
    parts = [
        f"{word} {_numbers(issues)}"
        for word, issues in (("closes", merge.closes), ("reopens", merge.reopens))
        if issues
    ]
    if merge.opens:
        parts.append(f"opens {count(len(merge.opens), 'issue')}")
    if merge.orphans:
        parts.append(f"marks {_numbers(merge.orphans)} as orphaned")
    return [f"**On merge:** {', '.join(parts)}."]


def _numbers(issues: Sequence[tuple[str, int]]) -> str:
    if len(issues) > _ISSUES:
        return count(len(issues), "issue")
    return ", ".join(f"#{number}" for _, number in issues)
