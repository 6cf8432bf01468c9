"""JSON as it leaves the program: readable, valid in UTF-8, and inert on a terminal."""

from __future__ import annotations

import json

from gapkeeper.patterns import lazy

# What JSON lets through and a terminal or a reader should not meet: DEL and C1 controls, marks of direction and of
# no width, the separators that JavaScript once took for line ends, and halves of pairs, which UTF-8 has no bytes for.
_HIDDEN = lazy("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def json_text(value: object) -> str:
    """Indented JSON with a line feed at its end; hidden characters are written as escapes."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
