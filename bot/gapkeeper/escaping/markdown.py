"""Text within Markdown on GitHub and GitLab, and within the one line of a title.

Code spans of the text stay code (neither forge looks for references there), web addresses stay
links unless a forge could link back, boxes become ☐ and ☑, and all other syntax is shown as it is
written. What must survive every Markdown dialect, raw text in mails, and GitLab's search for quick
actions is written as an entity; the rest with a backslash.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from gapkeeper.escaping.cleaning import clean_line, clean_text
from gapkeeper.escaping.references import GUARD, disarm, links_back
from gapkeeper.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOUCHING = lazy("`\0`")  # two code spans in a row would become one; cleaned text holds no NUL
_TICKS = lazy("`+")
_BOX = lazy(r"(?:(?<=\s)|^)\[([ xX])\](?=\s|$)")
# No quote, bracket or Markdown sign: an address that holds one ends before it.
_ADDRESS = lazy(r"\bhttps?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?(?:[/?#][A-Za-z0-9!#$%&()*+,./:=?@_~-]*)?")
_SPECIAL = lazy(rf"[&<>\\`*_\[\]|~${GUARD}]")
_ESCAPED = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "`": "&#96;",  # no code span of ours can be opened or closed by it
    "|": "&#124;",  # `\|` before or after a backslash is read in two ways
    "$": "&#36;",
    GUARD: "&#8203;",
}
# What begins a block where it is the first of a line: heading, list, setext underline, rule.
_BLOCK_START = lazy(r"[#+=-]|[0-9]{1,9}(?=[.)])|/")
# A line that GitLab may take for a quick action, whatever it leaves away at its beginning first.
_LINE = r"\n\r\v\f\x85\u2028\u2029"
_COMMAND = lazy(rf"((?:\A|[{_LINE}])(?:[^\S{_LINE}]|[\ufeff\u200b-\u200f\u2060>])*)/(?=\r*[A-Za-z])")


def title(text: str) -> str:
    """One line of plain text: an issue's or milestone's title, a commit's subject.

    Neither forge reads Markdown there, but GitLab finds mentions and references, also in what looks
    like code. Nothing is escaped, and guards are put in as they are.
    """
    return disarm(clean_line(text))


def inline(text: str) -> str:
    """Markdown that shows the text in one line; it may stand at the beginning of a line or within one."""
    return _render(text, in_cell=False)


def cell(text: str) -> str:
    """Markdown that shows the text in one cell of a table."""
    return _render(text, in_cell=True)


def block(text: str) -> str:
    """Markdown that shows the text in paragraphs, with its line breaks."""
    paragraphs = re.split(r"\n\s*\n", clean_text(text).strip())
    return "\n\n".join("\\\n".join(inline(line) for line in paragraph.split("\n")) for paragraph in paragraphs)


def code(text: str) -> str:
    """A code span that shows the text; not for cells, where `cell` makes its own."""
    text = clean_line(text)
    if not text or "<!" in text:
        return inline(text)
    fence = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fenced(text: str, language: str = "") -> str:
    """A code block that shows the text. No line of it begins with a comment, so that it cannot end a managed part.

    Lines that begin with `/` and boxes stay: in code blocks, neither forge looks for them.
    """
    text = re.sub("^(?=<!)", " ", clean_text(text).strip("\n"), flags=re.MULTILINE)
    fence = "`" * max(3, max(map(len, _TICKS.findall(text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def without_commands(markdown: str) -> str:
    """Markdown that people wrote where GitLab has it, to be sent again by us: no line of it is obeyed in our name."""
    return _COMMAND.sub(r"\1&#47;", markdown)


def link(text: str, address: str) -> str:
    """A link of ours to a page on the web. An address of another kind is not linked."""
    if not re.match("https?://[^/?#]", address):
        return inline(text)
    target = quote(address.encode("utf-8", "replace"), safe="%/:?#=&,;+~!$-._")
    return f"[{_render(text, in_cell=False, in_link=True)}]({target})"


def _render(text: str, *, in_cell: bool, in_link: bool = False) -> str:
    text = clean_line(text)
    if text.isalnum():
        return text
    parts: list[str] = []
    for part, is_code in _code_spans(text) if "`" in text else ((text, False),):
        if is_code and not ("|" in part and in_cell) and "<!" not in part:
            parts.append(code(part))
        elif is_code:
            parts.extend((_tick(parts[-1:]), _plain(part, first=False), _tick([part])))
        else:
            parts.extend(_with_addresses(part, first=not parts, linked=not in_link))
    return _TOUCHING.sub("`&#8203;`", "\0".join(parts)).replace("\0", "")


def _tick(before: list[str]) -> str:
    """A tick that is shown as text; guarded from a `%` at its left, to which it would be a milestone's name."""
    return "&#8203;&#96;" if before and before[0].endswith("%") else "&#96;"


def _code_spans(text: str) -> Iterator[tuple[str, bool]]:
    """The text in parts, and whether each is the content of a code span, as CommonMark reads them.

    A run of ticks is closed by the next run of the same length. Looking for it from each run anew
    would be quadratic, so the runs of each length are kept in order and walked once.
    """
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    by_length: dict[int, list[int]] = {}
    for index in reversed(range(len(runs))):
        by_length.setdefault(runs[index][1] - runs[index][0], []).append(index)
    position = next_free = 0
    for index, (start, end) in enumerate(runs):
        waiting = by_length[end - start]
        while waiting and waiting[-1] <= index:
            waiting.pop()
        if index < next_free or not waiting:
            continue
        closing = runs[waiting[-1]]
        content = text[end : closing[0]]
        if not content.strip():
            continue
        if start > position:
            yield text[position:start], False
        yield content, True
        position, next_free = closing[1], waiting[-1] + 1
    if position < len(text):
        yield text[position:], False


def _with_addresses(text: str, *, first: bool, linked: bool) -> Iterator[str]:
    position = 0
    if "://" in text:
        for match in _ADDRESS.finditer(text):
            address = _without_punctuation(match[0])
            if match.start() > position:
                yield _plain(text[position : match.start()], first=first and position == 0)
            yield f"<{address}>" if linked and not links_back(address) else f"`{address}`"
            position = match.start() + len(address)
    if position < len(text):
        yield _plain(text[position:], first=first and position == 0)


def _without_punctuation(address: str) -> str:
    """An address in running text, without the sentence's punctuation at its end."""
    address = address.rstrip(".,;:!?*_~")
    surplus = address.count(")") - address.count("(")
    trailing = len(address) - len(address.rstrip(")"))
    return address[: len(address) - max(0, min(surplus, trailing))]


def _plain(text: str, *, first: bool) -> str:
    if "[" in text:
        text = _BOX.sub(lambda match: "☐" if match[1] == " " else "☑", text)
    text = disarm(text)
    escaped = _SPECIAL.sub(_escape, text)
    if first:
        start = _BLOCK_START.match(escaped)
        if start:
            mark = start[0]
            escaped = escaped[len(mark) :]
            escaped = (
                f"{mark}\\{escaped}" if mark.isdigit() else f"{'&#47;' if mark == '/' else chr(92) + mark}{escaped}"
            )
    return escaped


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character == "_" and _within_word(match.string, match.start()):
        return character
    return _ESCAPED.get(character) or f"\\{character}"


def _within_word(text: str, position: int) -> bool:
    """An underscore between two letters or digits is never emphasis."""
    return text[position - 1 : position].isalnum() and text[position + 1 : position + 2].isalnum()
