"""What stands beside words in a status: emoji, written checkboxes, shares, file names, priorities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gapkeeper.model.status import Status
from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Symbols and pictures, as a set of a regular expression: technical signs, shapes, dingbats, and the emoji planes.
#: Two ranges, since a finer set takes as long to compile as a small document takes to read.
EMOJI = "\u2300-\u2bff\U0001f000-\U0001faff"
EMOJI_SEQUENCE = lazy(f"[{EMOJI}][\ufe0e\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff]*")
#: What teams write between the brackets of a checkbox; only a tick closes, whatever else a mark may mean elsewhere.
BOXES = {
    " ": Status.PENDING,
    "x": Status.RESOLVED,
    "X": Status.RESOLVED,
    "✓": Status.RESOLVED,
    "✔": Status.RESOLVED,
    "~": Status.IN_PROGRESS,
    "/": Status.IN_PROGRESS,
    ">": Status.DEFERRED,
    "-": Status.PENDING,
    "!": Status.PENDING,
    "?": Status.PENDING,
}
BOX = r"\[[ xX✓✔~/>!?-]\]"
_CHECKBOX = lazy(BOX)
_FRACTION = lazy(r"(?<![\d/.,])(\d{1,6})(?:\s*/\s*|\s+(?:of|out of|von|sur|de|z|van)\s+)(\d{1,6})(?![\d/])")
_SHARE = lazy(r"(?<![\d.,])(\d{1,3}(?:[.,]\d+)?)\s*(?:%|％|percent\b|per cent\b|prozent\b)", re.IGNORECASE)
_FILE_NAME = lazy(r"(?<!\S)\S*://\S*|(?<![\w./\\-])[\w./\\-]*\w\.[A-Za-z][A-Za-z0-9]{0,4}(?![\w(])")
PRIORITY = lazy(
    r"(?<!\w)(?:p[0-4]|critical|high|medium|low|highest|lowest|urgent|blocker|major|minor|trivial|kritisch|hoch|mittel|"
    r"niedrig|critique|haute|moyenne|basse|cr[ií]tic[ao]|alt[ao]|m[eé]di[ao]|baj[ao]|baix[ao]|krytyczny|wysoki|średni|"
    r"niski|hoog|laag)(?!\w)",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,20}\.?"
_WHEN = (
    r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|"
    rf"{_MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?|(?<!\w)\d{{1,2}}\.?\s+{_MONTH}(?:,?\s+\d{{4}})?"
)
_WHERE = (
    r"(?:(?:pr|mr|pull request|commit|release|version|sprint|phase|wave|build|session|batch)\s*)?[#!]?v?\d[\w.]*|"
    r"(?=[a-f]*\d)[0-9a-f]{7,40}"
)
#: When or where something was done, as it stands behind a status: `in PR #42`, `2026-02-04`, `2h`.
DETAIL = (
    rf"(?:\b(?:in|on|via|at|with|since|as of|see|am|mit|le|en|el|em|w|op)\s+)?(?:{_WHEN}|(?<!\w)(?:{_WHERE}))(?!\w)"
)
_DETAILS = lazy(DETAIL, re.IGNORECASE)


def status_marks(text: str) -> list[re.Match[str]]:
    """Emoji and written checkboxes, in order."""
    if text.isascii() and "[" not in text:
        return []
    return sorted([*EMOJI_SEQUENCE.finditer(text), *_CHECKBOX.finditer(text)], key=lambda m: m.start())


def checkbox_status(mark: str) -> Status | None:
    """What a written checkbox says; None for anything else."""
    return BOXES[mark[1]] if _CHECKBOX.fullmatch(mark) else None


def shares(text: str) -> Iterator[tuple[float, int, int]]:
    """Every `n/m` and share in a text, as a number from 0 on, with its place."""
    for match in _FRACTION.finditer(text):
        whole = int(match.group(2))
        if whole:
            yield int(match.group(1)) / whole, match.start(), match.end()
    for match in _SHARE.finditer(text):
        yield float(match.group(1).replace(",", ".")) / 100, match.start(), match.end()


def below_whole(text: str) -> bool:
    """Whether a text states a share below the whole."""
    return any(part < 1 for part, _, _ in shares(text))


def begun(text: str) -> bool:
    """Whether a text states a share that is neither nothing nor all."""
    return any(0 < part < 1 for part, _, _ in shares(text))


def without_file_names(text: str) -> str:
    """The text without file names and addresses: `LATER.md` is not Later."""
    return _FILE_NAME.sub(" ", text) if "." in text or "://" in text else text


def without_details(text: str) -> str:
    """The text without dates, versions, numbers of pull requests, and the like."""
    return _DETAILS.sub(" ", text) if any(c.isdigit() for c in text) else text


def strip_emoji(text: str) -> str:
    """The text without emoji."""
    return text if text.isascii() else EMOJI_SEQUENCE.sub("", text)


def leading_emoji(text: str) -> re.Match[str] | None:
    """An emoji at the very beginning of a text."""
    return None if text.isascii() else EMOJI_SEQUENCE.match(text)


def priority_word(text: str) -> re.Match[str] | None:
    """A word that names a priority."""
    return PRIORITY.search(text)
