"""At which line of a TOML file a key stands.

Only for text that `tomllib` has accepted: it keeps no positions, and what is valid needs no second parser, only
the tokens that tell keys from values.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r'''
    (?P<text> """(?:\\.|[^\\])*?"{3,5} | \'{3}.*?\'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
  | (?P<skip> \#[^\n]* | [ \t\r]+ )
  | (?P<mark> [\n\[\]{},=.] )
  | (?P<bare> [^\s\[\]{},=.\#"']+ )
    ''',
    re.DOTALL | re.VERBOSE,
)

_Token = tuple[str, str, int]  # kind, text, line


class _Tokens:
    """Tokens with one of look-ahead, and their lines from 1."""

    def __init__(self, text: str) -> None:
        self._tokens = self._scan(text)
        self.next: _Token = ("end", "", 0)
        self.step()

    @staticmethod
    def _scan(text: str) -> Iterator[_Token]:
        line = 1
        for match in _TOKEN.finditer(text):
            kind = str(match.lastgroup)
            if kind != "skip":
                yield kind, match.group(), line
            line += match.group().count("\n")
        while True:
            yield "end", "", line

    def step(self) -> _Token:
        now, self.next = self.next, next(self._tokens)
        return now

    def lines(self) -> None:
        while self.next[1] == "\n":
            self.step()


def line_of_keys(text: str) -> dict[tuple[str, ...], int]:
    """The first line of each key and table, by its path. Entries of an array are numbered: `("jobs", "0", "name")`."""
    tokens = _Tokens(text)
    found: dict[tuple[str, ...], int] = {}
    entries: dict[tuple[str, ...], int] = {}  # of each array of tables, so far
    table: tuple[str, ...] = ()
    while True:
        tokens.lines()
        kind, mark, _ = tokens.next
        if kind == "end":
            return found
        if mark == "[":
            table = _header(tokens, entries, found)
        else:
            _pair(tokens, table, found)


def _header(tokens: _Tokens, entries: dict[tuple[str, ...], int], found: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    """The table that a header opens; below an array of tables that is its last entry."""
    _, _, line = tokens.step()
    is_array = tokens.next[1] == "["
    if is_array:
        tokens.step()
    path: tuple[str, ...] = ()
    words = _words(tokens)
    for n, word in enumerate(words, 1):
        path = (*path, word)
        found.setdefault(path, line)
        if is_array and n == len(words):
            entries[path] = entries.get(path, 0) + 1
        if path in entries:
            path = (*path, str(entries[path] - 1))
            found.setdefault(path, line)
    while tokens.next[1] == "]":
        tokens.step()
    return path


def _pair(tokens: _Tokens, table: tuple[str, ...], found: dict[tuple[str, ...], int]) -> None:
    """A key with its dots and its value: every table that it opens stands there too."""
    line, path = tokens.next[2], table
    for word in _words(tokens):
        path = (*path, word)
        found.setdefault(path, line)
    tokens.step()  # the equals sign
    _value(tokens, path, found)


def _words(tokens: _Tokens) -> list[str]:
    """The parts of a key."""
    words: list[str] = []
    while tokens.next[0] in {"bare", "text"}:
        kind, text, _ = tokens.step()
        words.append(text if kind == "bare" else _plain(text))
        if tokens.next[1] == ".":
            tokens.step()
    return words


def _plain(text: str) -> str:
    import tomllib  # noqa: PLC0415  loaded already where there is a file

    return str(tomllib.loads(f"key = {text}")["key"])


def _value(tokens: _Tokens, path: tuple[str, ...], found: dict[tuple[str, ...], int]) -> None:
    _, mark, line = tokens.next
    if mark == "{":
        found.setdefault(path, line)  # of an entry of an array
        tokens.step()
        while tokens.next[1] not in {"}", ""}:
            tokens.lines()
            _pair(tokens, path, found)
            while tokens.next[1] in {",", "\n"}:
                tokens.step()
        tokens.step()
    elif mark == "[":
        tokens.step()
        entry = 0
        while tokens.next[1] not in {"]", ""}:
            if tokens.next[1] in {",", "\n"}:
                tokens.step()
            else:
                _value(tokens, (*path, str(entry)), found)
                entry += 1
        tokens.step()
    else:  # a scalar; a number's dot and a date's blank are tokens of their own
        while tokens.next[0] in {"bare", "text"} or tokens.next[1] == ".":
            tokens.step()
