"""Which column of a table is the key, which the title, and what the others mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gapkeeper.patterns import lazy
from gapkeeper.reading.headings import leading_id
from gapkeeper.reading.ids import without_ids
from gapkeeper.reading.lexicon import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from gapkeeper.reading.blocks import Table
    from gapkeeper.reading.values import Context

_NEVER_KEY = lazy(
    r"(?:block|depend|evidence|source|reference|related|prerequisite|see|link|resolves|closes|fixes|advances|"
    r"unblocks|gate|notes?|result|comment|parent|epic|duplicate)",
    re.IGNORECASE,
)
_NO_TITLE = lazy(
    r"(?:phase|milestone|sprint|files?|lines?|date|version|branch|count|notes?|agents?|.*ed in|#|rank|no\.?|nr\.?|id|"
    r"created|updated|completed|started|due|deadline|eta|evidence|source|references?|links?|pr|"
    r"commit|score|weight|points?|blocked item)$",
    re.IGNORECASE,
)
# Columns that speak of an item rather than name it: titles only where nothing else could be one.
_WEAK_TITLE = lazy(
    r"(?:component|module|domain|service|system|layer|team|lane|location|where|environment|portfolio item|impact|"
    r"reason|why|how|resolution|solution|mitigation|workaround|fix|lösung|solución|solução|(?:current|next) .*|"
    r"recommendation|.*effort|.*target|target.*|raised|reporter|reported by|.*by|.*owner.*|verification)$",
    re.IGNORECASE,
)
_TWO_WORDS = lazy(r"[^\W\d_]{2}\W+[^\W\d_]{2}")
_TITLE_ENDS = (" title", " description", " summary", " statement")
_LAST_RESORT = "category"


class Columns(NamedTuple):
    """What each column of a table is, decided once for the table."""

    key: int | None  # None: each row's first cell that says something
    never: frozenset[int]
    meanings: list[str | None]  # field, or None
    names: list[str]
    titles: list[int]  # in the order they are tried
    named: int  # how many of those are called a title; the others are guesses


def read_columns(context: Context, table: Table) -> Columns:
    """Which column is the key, and what the others mean."""
    names = [c.text for c in table.head]
    plain = [normalise(re.sub(r"[*_`]", "", n)) for n in names]
    meanings: list[str | None] = [context.vocabulary.field(n) for n in names]
    key = next(
        (i for i, p in enumerate(plain) if _is_key_header(context, p, i) and _holds_ids(context, table, i)), None
    )
    never = frozenset(
        i
        for i, p in enumerate(plain)
        if i != key and (_NEVER_KEY.match(p) or meanings[i] in {"blocks", "depends_on", "resolves"})
    )
    _only_one(plain, meanings, "status", lambda p: p.endswith((" status", " state")))
    _only_one(plain, meanings, "owner", lambda p: "owner" in p.split())
    if key is not None:
        meanings[key] = None
    named = [i for i, p in enumerate(plain) if i != key and _is_title_header(context, p)]
    preferred = [i for i in named if meanings[i] is None]
    if not preferred:  # in a register of blockers, the column `Blocker` says what each of them is
        preferred = [i for i in named if not _holds_only_ids(context, table, i)]
        for i in preferred:
            meanings[i] = None
    preferred.sort(key=lambda i: plain[i] not in {"title", "tytuł", "titel", "titre", "título"})
    others = [
        i
        for i, p in enumerate(plain)
        if i not in preferred and i != key and meanings[i] is None and not _NO_TITLE.match(p)
    ]
    others.sort(key=lambda i: _WEAK_TITLE.match(plain[i]) is not None)
    last = [i for i, m in enumerate(meanings) if m == _LAST_RESORT]
    return Columns(key, never, meanings, names, [*preferred, *others, *last], len(preferred))


def _only_one(plain: list[str], meanings: list[str | None], meaning: str, fits: Callable[[str], bool]) -> None:
    """Where no column is called Status, the only one that ends in it is the status; the same for an owner."""
    if meaning not in meanings:
        candidates = [i for i, p in enumerate(plain) if meanings[i] is None and fits(p)]
        if len(candidates) == 1:
            meanings[candidates[0]] = meaning


def _is_title_header(context: Context, plain: str) -> bool:
    return context.vocabulary.is_header("title", plain) or plain.endswith(_TITLE_ENDS)


def _holds_only_ids(context: Context, table: Table, index: int) -> bool:
    """Whether no cell of a column says more than IDs, or a word such as None: then it names other items."""
    texts = (row.cells[index].text for row in table.rows if index < len(row.cells))
    return not any(_TWO_WORDS.search(without_ids(text, context.ids.scan(text))) for text in texts)


def _is_key_header(context: Context, plain: str, index: int) -> bool:
    if _NEVER_KEY.match(plain) and not (index == 0 and plain.endswith(" id")):
        return False  # `Blocking IDs`; in a register of blockers, `Blocker ID` is the first column
    return (
        context.vocabulary.is_header("key", plain)
        or plain.endswith((" id", " ids", " no", " key", " #"))
        or context.ids.is_kind(plain)
    )


def _holds_ids(context: Context, table: Table, index: int) -> bool:
    return any(index < len(r.cells) and leading_id(context, r.cells[index]) for r in table.rows)
