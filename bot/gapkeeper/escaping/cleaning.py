"""What no surface should get: control characters, characters that nobody sees, half characters.

* Control characters are *shown*, as Unicode's pictures of them (␛ for ESC, ␀ for NUL; the C1 range,
  which has none, as U+FFFD): whoever reads the text sees that something was hidden there.
* Characters without a width and bidirectional controls are *removed*: what is left stands in the
  order in which it is stored. Joiners (U+200C, U+200D) stay between two characters that are not
  Latin, where languages and emoji need them, and variation selectors stay after a character.
* Lone surrogates and noncharacters become U+FFFD: they cannot be written as UTF-8, or not as XML.
"""

from __future__ import annotations

from gapkeeper.patterns import lazy

# Every line end that some reader takes for one: CR, VT, FF, NEL, LINE and PARAGRAPH SEPARATOR.
_LINE_END = lazy("\r\n|[\r\v\f\x85\u2028\u2029]")

# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt, 16.0) without the joiners and
# without U+FE00..FE0F; and Bidi_Control (PropList.txt).
_INVISIBLE = lazy(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_LETTER = "\u0300-\u1fff\u2030-\ufdff\ufe10-\U0010ffff"  # not Latin, not a space, not a joiner or selector
_STRAY_JOINER = lazy(
    f"(?<![{_LETTER}\ufe0f])[\u200c\u200d]+|[\u200c\u200d]+(?![{_LETTER}])|(?<=[\u200c\u200d])[\u200c\u200d]+"
)
_STRAY_SELECTOR = lazy("(?<![^\\s\u200c\u200d\ufe00-\ufe0f])[\ufe00-\ufe0f]+")

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)
_NO_CHARACTER = lazy(f"[\x80-\x9f\ud800-\udfff{_NONCHARACTERS}]")
_PICTURES: dict[int, int] = {code: 0x2400 + code for code in range(32) if chr(code) != "\n"} | {9: 32, 0x7F: 0x2421}

# What any of the above could touch: most text holds none of it.
_SUSPECT = lazy(
    "[^\n -~\xa0-\xac\xae-\u02ff\u0370-\u0600\u2010-\u2027\u2030-\u205e\u2070-\u3163\u4e00-\ud7ff\U0001f000-\U0001faff]"
)


def clean_text(text: str) -> str:
    """The text as people should see it: lines end with a line feed, tabs are spaces."""
    if text.isascii() and text.isprintable():
        return text
    return text if _SUSPECT.search(text) is None else _clean(text)


def _clean(text: str) -> str:
    text = _LINE_END.sub("\n", text).translate(_PICTURES)
    text = _INVISIBLE.sub("", _NO_CHARACTER.sub("\ufffd", text))
    return _STRAY_JOINER.sub("", _STRAY_SELECTOR.sub("", text))


def clean_line(text: str) -> str:
    """As `clean_text`, in one line: every run of white space, of any kind, is one space; none at the ends."""
    return " ".join(clean_text(text).split())
