"""Values as TOML, on one line: for people, for errors, and for the file that `gapkeeper init` writes."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """Text on one line: what a terminal would act on, or would not show, is an escape."""
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def quoted(text: str) -> str:
    """A basic string."""
    return '"' + "".join(_SHORT.get(c) or (c if c.isprintable() else _escape(c)) for c in text) + '"'


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def name(part: str) -> str:
    """A key: bare where TOML allows that."""
    return part if _BARE.fullmatch(part) else quoted(part)


def dotted(path: tuple[str, ...]) -> str:
    """A path of keys: `kinds.LATER.scope`."""
    return ".".join(name(part) for part in path)


def inline(value: object) -> str:
    """Any value; a list or a table on one line. Parts of a named tuple that are None are left out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = {key: part for key, part in value._asdict().items() if part is not None}
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(inline(part) for part in value) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name(k)} = {inline(v)}" for k, v in value.items()) + " }" if value else "{}"
    return printable(str(value))
