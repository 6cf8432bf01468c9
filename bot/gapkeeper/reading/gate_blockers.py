"""What a cell or line names as what a gate waits for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.patterns import lazy
from gapkeeper.reading.blocks import STRIKE
from gapkeeper.reading.ids import qualifier
from gapkeeper.reading.lexicon import normalise
from gapkeeper.reading.values import link_reference, resolved_path, says_nothing

if TYPE_CHECKING:
    from gapkeeper.model.items import Reference
    from gapkeeper.reading.blocks import Inline
    from gapkeeper.reading.values import Context

PARENTHESES = lazy(r"\(([^()]{1,80})\)")
CONTINUED = "-–—•↳ "  # what a row of a field table begins with that continues the one above
_WAITING = lazy(
    r"(?:(?:external|open|remaining|current|known|blocking) )?"
    r"(?:blockers?|prerequisites?|dependency|dependencies|depends(?: on)?|blocked (?:by|on|until)|gated by|requires"
    r"|blocking (?:ids?|items?|issues?|actions?)|waits? (?:for|on)|waiting (?:for|on))(?: ids?| items?)?"
)
_LISTED = lazy(r"[\s,/&+;]*(?:(?:and|und|et|y|e|i|en)\s+)?", re.IGNORECASE)
_EVERY = lazy(
    r"\b(?i:all|every|alle|todos|tous|wszystkie)\s+(?i:the |open |remaining |external )?(?P<all>[A-Z][A-Z0-9]+)\b"
    r"|\b(?P<star>[A-Z][A-Z0-9]+)-\*"
)


class Blocker(NamedTuple):
    """What a gate waits for: an ID or a range of IDs, or every item of a kind."""

    reference: Reference | None
    kind: str | None = None
    qualifier: str = ""  # what stands in parentheses beside it: `prod only`


def says_waiting(context: Context, name: str) -> bool:
    """Whether a column or field says what something waits for: `Blockers`, `Blocking ID(s)`, `Prerequisites`."""
    plain = normalise(PARENTHESES.sub("", name.replace("(s)", ""))).strip(" *_:?")
    return _WAITING.fullmatch(plain) is not None or context.vocabulary.field(plain) == "depends_on"


def find_blockers(context: Context, inline: Inline, scope: str = "") -> list[Blocker]:
    """What a text names as blockers, each with what stands in parentheses beside it or behind the whole list.

    ``scope`` is what the field's own name has in parentheses. What is struck through blocks no longer.
    """
    text = inline.text
    if any(piece.marks & STRIKE for piece in inline.pieces):
        text = "".join(piece.text for piece in inline.pieces if not piece.marks & STRIKE)
    if says_nothing(text.lstrip(CONTINUED)):
        return []
    found: list[Blocker] = []
    mentions = context.ids.scan(text)
    beside, end = scope, len(text)
    for mention in reversed(mentions):
        behind = text[mention.end : end]
        if inner := PARENTHESES.search(behind):
            beside = inner[1]
        elif found and _LISTED.fullmatch(behind) is None:
            beside = scope
        path = resolved_path(context, qualifier(text, mention.end)) if mention.last is None else None
        found.append(Blocker(mention.reference(path), qualifier=beside))
        end = mention.start
    found.reverse()
    for piece in inline.pieces:
        linked = link_reference(context, piece.url) if piece.url and "#" in piece.url else None
        if linked is not None and not piece.marks & STRIKE:
            found.append(Blocker(linked, qualifier=scope))
    kinds = {context.ids.kind(mention.id) for mention in mentions}
    for match in _EVERY.finditer(text):
        kind = match["all"] or match["star"]
        if kind not in kinds and context.ids.kind(f"{kind}-1") == kind:
            found.append(Blocker(None, kind, scope))
    return found
