"""Regular expressions that are compiled when they are first used.

There are some two hundred of them, and compiling all took five times as long as Python takes to
start; a small document needs a third.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn", "pattern", "flags")


class _Lazy:
    """Becomes the compiled pattern in all its methods at the first one that is asked for."""

    def __init__(self, pattern: Any, flags: int) -> None:  # noqa: ANN401  text or bytes, as `re.compile` takes them
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> object:
        if name not in _METHODS:
            raise AttributeError(name)
        pattern, flags = self._source
        compiled: re.Pattern[Any] = re.compile(pattern, flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return self.__dict__[name]


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A regular expression that costs nothing until it is used."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))
