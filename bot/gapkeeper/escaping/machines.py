"""Text for terminals, spreadsheets, drawings and the logs of CI."""

from __future__ import annotations

import re

from gapkeeper.escaping.cleaning import clean_line, clean_text
from gapkeeper.escaping.references import GUARD

# What a spreadsheet takes for a formula (OWASP, "CSV Injection"), full width forms included, since
# a Japanese Excel reads those as well. Tab and CR are no longer there after cleaning.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

# Not `xml.sax.saxutils`: it brings urllib.request, ssl and http.client into the start of every command.
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def terminal(text: str) -> str:
    """Text that cannot move a cursor, ring, colour, or rename a window. Line ends stay.

    For `rich`, put it into a `Text`: markup is not escaped here.
    """
    return clean_text(text)


def csv_cell(text: str) -> str:
    """A value for `csv.writer`, which quotes it: what looks like a formula gets an apostrophe before it."""
    text = clean_text(text)
    return f"'{text}" if text.lstrip(" \n'\"").startswith(_FORMULA) else text


def xml_text(text: str) -> str:
    """Text of an element or of an attribute in double or single quotes: XML, SVG and HTML."""
    return clean_text(text).translate(_XML)


def mermaid_label(text: str) -> str:
    """What may stand between double quotes in a Mermaid drawing: `A["..."]`.

    Mermaid decodes `#40;`, so every ASCII sign that means something to its grammar, to the
    directives that it cuts out beforehand (`%%{...}%%`), or to Markdown in labels is written so.
    """
    return re.sub(r"[^\w .,/\-]|_|(?<=-)-|//", _mermaid_code, clean_line(text))


def _mermaid_code(match: re.Match[str]) -> str:
    return "".join(f"#{ord(character)};" if character.isascii() else character for character in match[0])


def log_line(text: str) -> str:
    """One line for a CI log, where no runner takes it for a command.

    GitHub's runner acts on a line that begins with `::` and on `##[` anywhere in it; Azure's on
    `##vso[`; GitLab's on `section_start:` after an escape character, which cleaning shows.
    """
    text = clean_line(text)
    if text.startswith("::"):
        text = GUARD + text
    return re.sub("#(?=#)", f"#{GUARD}", text)


def actions_message(text: str) -> str:
    """The message of a GitHub workflow command: `::error file=…::MESSAGE`. It may have lines."""
    text = re.sub("#(?=#)", f"#{GUARD}", clean_text(text))
    return text.replace("%", "%25").replace("\n", "%0A")


def actions_property(text: str) -> str:
    """A property of a GitHub workflow command: `::error file=PROPERTY,title=PROPERTY::…`."""
    return actions_message(text).replace(":", "%3A").replace(",", "%2C")
