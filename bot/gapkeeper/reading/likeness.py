"""Whether two titles can speak of the same thing."""

from __future__ import annotations

from gapkeeper.patterns import lazy

#: From this share of the shorter title's pairs of characters on, two titles are alike. "Provision
#: Postgres" shares nearly all of its own with "PostgreSQL provisioning", "Fix the login" a quarter with
#: "Delete the cache".
_ALIKE = 0.5
_LEADING_ID = lazy(r"^\W*+\S*\d[^\s\d:–—-]*+[\s:–—-]+")
_NOT_WORDS = lazy(r"[\W_]+")


def unlike(title: str, other: str) -> bool:
    """True where two titles have next to nothing in common, their IDs aside.

    Pairs of characters work for scripts without spaces between words too. (Overlap coefficient.)
    """
    pairs, others = _pairs(title), _pairs(other)
    if not pairs or not others:
        return False  # nothing to tell them apart by
    return len(pairs & others) < _ALIKE * min(len(pairs), len(others))


def folded(title: str) -> str:
    """The words of a title: case and punctuation aside, titles with the same words are the same text."""
    return " ".join(_NOT_WORDS.sub(" ", title).casefold().split())


def _pairs(title: str) -> set[str]:
    words = folded(_LEADING_ID.sub("", title, count=1)).split()
    return {word[i : i + 2] for word in words for i in range(max(1, len(word) - 1))}
