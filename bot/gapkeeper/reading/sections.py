"""Sections: the category that a heading gives its items, and the status where it is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.model.items import StatusForm
from gapkeeper.model.status import State, Status
from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import CODE, Inline
from gapkeeper.reading.headings import FIELDS_OF_WORK, TRAILING_DETAIL, whole
from gapkeeper.reading.ids import squeeze
from gapkeeper.reading.marks import strip_emoji
from gapkeeper.reading.values import Context, joined, marked

if TYPE_CHECKING:
    from gapkeeper.model.items import StatedStatus
    from gapkeeper.reading.vocabulary import Reading

#: The end of a heading that says when: `Completed this session`, `Resolved in the last sprint`.
_PERIOD = lazy(
    r"\s+(?:(?:in|during|since|for)\s+)?(?:this|(?:the\s+)?(?:last|previous|current))\s+"
    r"(?:session|sprint|phase|week|month|release|round|iteration|checkpoint|milestone|cycle|wave|period|quarter)$",
    re.IGNORECASE,
)
_RELATION = lazy(r"\b(?:by|with|in|for|of|without|from|to|until|before|after|via|and|or|not)\b", re.IGNORECASE)
_UNTIL = frozenset({"to", "until", "till", "after", "by", "on", "for"})
_MOST_NOUNS = 3
_LONGEST_STATUS = 60
_CATEGORY_GROUP = lazy(r"[(\[]([^()\[\]]*)[)\]]\s*$")
_LONGEST_HEADING = 200  # characters; a longer one is prose


def category_text(context: Context, text: str) -> str:
    """A section heading as a category: without `Category 1:` and without a status in parentheses at its end."""
    plain = squeeze(strip_emoji(text))
    plain = re.sub(
        r"^(?:category|kategorie|catégorie|categoría|categoria|kategoria)\s*\w{0,3}\s*[:：.–—-]\s*",
        "",
        plain,
        flags=re.IGNORECASE,
    )
    group = _CATEGORY_GROUP.search(plain)
    if group:
        inner = re.sub(r"^all\s+", "", group.group(1).strip(), flags=re.IGNORECASE)
        first = context.vocabulary.phrase_begins(inner)
        if first or re.match(r"new\b", inner, re.IGNORECASE):
            plain = plain[: group.start()]
    return plain.strip()


def status_heading(context: Context, inline: Inline) -> StatedStatus | None:
    """The status of a heading that is one, with at most a noun beside it: `## Done`, `### Resolved debt`."""
    text = joined(inline)
    if any(p.marks & CODE for p in inline.pieces) or context.ids.scan(text):
        return None
    if len(text) > _LONGEST_HEADING:
        return None
    plain = re.sub(r"^\s*\d+(?:\.\d+)*[.)]?\s+|[:：]\s*$", "", strip_emoji(text)).strip()
    plain = re.sub(r"\s*[(\[]\s*\d+(?:\s*(?:items?|of\s+\d+|/\s*\d+))?\s*[)\]]\s*$", "", plain)
    plain = _PERIOD.sub("", TRAILING_DETAIL.sub("", plain)).strip()
    if (
        not plain
        or plain.casefold() in FIELDS_OF_WORK
        or len(plain) > _LONGEST_STATUS
        or re.search(r"[,;:(/]|\d", plain)
    ):
        return None
    reading = context.vocabulary.read(plain, context.legend)
    if not reading.known or not _is_status_phrase(context, plain, reading):
        return None
    return marked(context, reading.status, StatusForm.SECTION, whole(context, inline, 0, len(text)), plain)


def _is_status_phrase(context: Context, plain: str, reading: Reading) -> bool:
    """Whether a heading is a status with a noun at most: `Done`, `Closed action items`, `Issues resolved`."""
    before, rest = plain[: reading.start].strip().casefold(), plain[reading.end :].strip(" -–—")
    if context.vocabulary.is_header("noun", before):
        return not rest
    if before not in {"", "all", "recently", "recent", "newly", "previously", "already"}:
        return False
    words = rest.casefold().split()
    if reading.status in {Status.DEFERRED, Status.BLOCKED} and _UNTIL.intersection(plain.casefold().split()[1:2]):
        return len(words) <= _MOST_NOUNS + 1  # `Deferred to post-launch`, `Blocked by the vendor`
    if _RELATION.search(rest):
        return False  # `Completed by 2026-05-01`, `Closed for repairs`
    if len(words) > 1:
        return len(words) <= _MOST_NOUNS and context.vocabulary.is_header("noun", words[-1])
    return not rest or reading.status.state is State.OPEN or rest[0].isalpha()
