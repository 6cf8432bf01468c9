"""Gitignore-style patterns, asked about one entry of one folder at a time, as git asks them.

The patterns are translated by pathspec and run in RE2 over bytes: they come from the repository, and RE2 cannot be
made to run for ever. Git decides level by level: the last pattern that matches *the entry itself* counts, and
what lies in an ignored folder is never asked about. A pattern's match of a folder above is therefore no match
here; pathspec marks where in the path the folder that it matched ends.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import re2

if TYPE_CHECKING:
    from collections.abc import Iterable

# What pathspec makes of the default patterns. Importing it takes as long as Python takes to start, and a folder
# without settings and without a `.gitignore` needs no other pattern; a test holds these to what it makes.
KNOWN = {
    b"**/*.md": rb"^(?:.+/)?[^/]*\.md(?:(?P<ps_d>/)|$)",
    b"tests/": rb"^(?:.+/)?tests(?P<ps_d>/)",
    b"fixtures/": rb"^(?:.+/)?fixtures(?P<ps_d>/)",
    b"node_modules/": rb"^(?:.+/)?node_modules(?P<ps_d>/)",
    b"vendor/": rb"^(?:.+/)?vendor(?P<ps_d>/)",
    b".github/": rb"^(?:.+/)?\.github(?P<ps_d>/)",
    b"LICENSE*": rb"^(?:.+/)?LICENSE[^/]*(?:(?P<ps_d>/)|$)",
    b"CHANGELOG*": rb"^(?:.+/)?CHANGELOG[^/]*(?:(?P<ps_d>/)|$)",
}
_FOLDER_END = b"ps_d"  # the group of pathspec's translation that holds the slash behind a matched folder


class _Pattern(NamedTuple):
    takes: bool  # False: the pattern begins with `!`
    regex: Any  # a compiled RE2 pattern over bytes
    folder_end: int | None  # the number of that group; None: the pattern has none

    def matches_file(self, path: bytes) -> bool:
        match = self.regex.search(path)
        return match is not None and self._end(match) < 0

    def matches_folder(self, path: bytes) -> bool:
        ends = [self._end(match) for match in self.regex.finditer(path + b"/")]
        return len(path) in ends or self.matches_file(path)

    def _end(self, match: Any) -> int:  # noqa: ANN401 - re2 has no types
        return -1 if self.folder_end is None else int(match.start(self.folder_end))


class Patterns:
    """A list of patterns, the last one that matches counts."""

    def __init__(self, lines: Iterable[bytes], folder: str = "") -> None:
        """``folder`` is where the list stands, with a slash at its end: paths are matched relative to it."""
        translated = [pair for line in lines if (pair := _translate(line)) is not None]
        self._patterns = [pattern for pair in translated if (pattern := _compile(*pair)) is not None]
        self._patterns.reverse()
        self._any = _any_of([regex for regex, _ in translated])
        self._skip = len(os.fsencode(folder))

    @classmethod
    def from_text(cls, text: bytes, folder: str) -> Patterns:
        """The patterns of a `.gitignore` file."""
        return cls(text.removeprefix(b"\xef\xbb\xbf").split(b"\n"), folder)

    def decide(self, path: bytes, *, folder: bool) -> bool | None:
        """Whether an entry is taken; None where no pattern speaks of it."""
        path = path[self._skip :]
        if self._any is not None and self._any.search(path + b"/" if folder else path) is None:
            return None
        for pattern in self._patterns:
            if pattern.matches_folder(path) if folder else pattern.matches_file(path):
                return pattern.takes
        return None


def _translate(line: bytes) -> tuple[bytes, bool] | None:
    """One line as a regular expression; None for comments, and for what git ignores as well: a range without an end."""
    if line in KNOWN:
        return KNOWN[line], True
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415 - see KNOWN

    try:
        regex, takes = GitIgnoreSpecPattern.pattern_to_regex(line)
    except ValueError:
        return None
    return None if regex is None or takes is None else (regex, takes)


def _compile(regex: bytes, takes: bool) -> _Pattern | None:  # noqa: FBT001 - the pair that pathspec makes
    try:
        compiled = re2.compile(regex, _options())
    except re2.error:
        return None
    return _Pattern(takes, compiled, compiled.groupindex.get(_FOLDER_END))


def _any_of(regexes: list[bytes]) -> Any:  # noqa: ANN401 - re2 has no types
    """One expression for all, since most paths match none of them; None where that is too much for RE2."""
    bare = [regex.replace(b"(?P<ps_d>/)", b"/") for regex in regexes]
    if not bare or any(b"ps_d" in regex for regex in bare):
        return None
    try:
        return re2.compile(b"|".join(b"(?:%s)" % regex for regex in bare), _options())
    except re2.error:
        return None


def _options() -> Any:  # noqa: ANN401
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, as git compares them
    options.dot_nl = True
    options.log_errors = False
    return options
