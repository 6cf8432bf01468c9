"""Text that was decoded with the wrong code page and encoded again.

A file can be half clean, and some of its runs can have lost a byte, so every run of characters is
mended on its own and only for reading: spans keep pointing at the bytes as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What the lead bytes C2, C3, E2 and F0 look like after Windows-1252 or -1254, in UTF-8, and then a
# character from the upper half of those code pages.
_SUSPECT = lazy(
    rb"(?:\xc3[\x82\x83\xa2\xb0]|\xc4\x9f)(?:\xc2[\x80-\xbf]|\xc3[\x80-\xbf]|\xc4[\xb0\xb1\x9e\x9f]|\xc5[\x92\x93\x9e\x9f\xa0\xa1\xb8\xbd\xbe]"
    rb"|\xc6\x92|\xcb[\x86\x9c]|\xe2\x80[\x93\x94\x98-\x9a\x9c-\x9e\xa0-\xa2\xa6\xb0\xb9\xba]|\xe2\x82\xac|\xe2\x84\xa2)"
)
_RUN = lazy(r"[^\x00-\x7f]+")
_SEQUENCE = lazy(
    rb"[\xc2\xc3][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf4][\x80-\xbf]{3}"
)


def suspects(data: bytes) -> list[int]:
    """Byte offsets at which a wrongly decoded run may begin; empty for clean documents."""
    return [m.start() for m in _SUSPECT.finditer(data)]


def mend(text: str) -> str:
    """The text with every whole run mended; what has lost bytes stays as it is."""
    return text if text.isascii() else _RUN.sub(lambda m: mend_run(m.group()), text)


def written_as(text: str) -> Iterator[tuple[str, str]]:
    """Every character of the mended text, behind the characters that it is written as."""
    last = 0
    for match in _RUN.finditer(text):
        yield from _each(text[last : match.start()])
        yield from _mended(match.group())
        last = match.end()
    yield from _each(text[last:])


@lru_cache(maxsize=4096)
def mend_run(run: str) -> str:
    """One run of characters above ASCII, mended where its bytes are UTF-8 again."""
    return "".join([character for _, character in _mended(run)])


def _mended(run: str) -> Iterable[tuple[str, str]]:
    for characters, code_page in _code_pages():
        # A real emoji beside a broken one is in no code page: it parts the run.
        parts = re.split(f"([^{characters}]+)", run)
        mended = [pair for i, p in enumerate(parts) for pair in (_each(p) if i % 2 else _mend_part(p, code_page))]
        if len(mended) < len(run):
            return mended
    return _each(run)


def _each(text: str) -> Iterable[tuple[str, str]]:
    return zip(text, text, strict=True)


@lru_cache(maxsize=1)
def _code_pages() -> tuple[tuple[str, str], ...]:
    """The upper half of each code page as a regular expression's set, and the codec's name."""
    import ftfy.bad_codecs  # noqa: F401, PLC0415  registers the sloppy codecs; costs time, so only here

    upper = bytes(range(0x80, 0x100))
    names = ("sloppy-windows-1254", "sloppy-windows-1252")
    return tuple((re.escape(upper.decode(name)), name) for name in names)


def _mend_part(part: str, code_page: str) -> Iterator[tuple[str, str]]:
    """Sequences that are UTF-8 become their character; every other byte keeps its own."""
    data = part.encode(code_page)
    last = 0
    for match in _SEQUENCE.finditer(data):
        try:
            character = match.group().decode("utf-8")
        except UnicodeDecodeError:
            continue
        yield from _each(part[last : match.start()])
        yield part[match.start() : match.end()], character
        last = match.end()
    yield from _each(part[last:])
