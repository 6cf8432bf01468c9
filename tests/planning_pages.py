"""Planning documents as people read and change them: lines of bytes, and nothing of Gapkeeper's.

A few regular expressions know the forms of the ferry line's documents and no others, so that what they read can be
held against what Gapkeeper reads.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ferry_line import MARKS, SECTION_WORDS, WORDS, Form, Section
from gapkeeper.model.status import Status


class Entry(NamedTuple):
    """What a person reads of one item."""

    id: str
    title: str
    status: Status
    form: Form
    owner: str | None
    section: str  # the heading above
    first: int  # lines [first, last)
    last: int


_MEANINGS = {
    word.strip("✅ ").casefold(): status for words in WORDS.values() for status in words for word in words[status]
}
_MEANINGS |= {words.casefold(): status for status, words in SECTION_WORDS.items()}
_EMOJI = {"✅": Status.RESOLVED, "⏳": Status.PENDING, "🔒": Status.BLOCKED, "🚧": Status.IN_PROGRESS}

_HEADING = re.compile(r"### (?P<id>[A-Z]+-\d+): (?P<title>.*?)(?P<mark> (?:[^\w\s'.,-]|\(|[A-Z]{2,}).*)?$")
_LISTED = re.compile(
    r"- (?P<box>\[[ x]\] )?(?:[✅⏳🔒🚧] )?(?P<strike>~~)?\*\*(?P<id>[A-Z]+-\d+)\*\*: "
    r"(?P<title>.*?)(?:~~)?(?: \((?P<word>.*)\))?$"
)
_ROW = re.compile(r"\| *(?P<id>[A-Z]+-\d+) *\|(?P<title>[^|]*)\|(?P<owner>[^|]*)\|(?P<status>[^|]*)\|$")
_FIELD = re.compile(r"\| \*\*(?P<name>Status|Owner)\*\* *\| *(?P<value>.*?) *\|$")
_LINE = re.compile(r"\*\*(?P<name>Status|Owner|Zuständig):\*\* *(?P<value>.*?) *$")


def meaning(said: str) -> Status:
    """What people mean by a status. A `KeyError` where nobody on the quay would understand it."""
    bare = re.sub(r"[,(]? *(?:reopened )?\d{4}-\d\d-\d\d\)?", "", said).strip(" *_()")
    words = "".join(c for c in bare if c not in _EMOJI and c != "\ufe0f").strip().casefold()
    return _MEANINGS[words] if words else _EMOJI[bare[0]]


class Page:
    """One document, as lines of text; what is not changed keeps its bytes."""

    def __init__(self, data: bytes) -> None:
        try:
            text, self._encoding = data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            text, self._encoding = data.decode("cp1252"), "cp1252"
        self._end = "\r\n" if "\r\n" in text else "\n"
        self.lines = text.split(self._end)

    @property
    def data(self) -> bytes:
        return self._end.join(self.lines).encode(self._encoding)

    # --- Reading ------------------------------------------------------------------------------------

    def entries(self) -> dict[str, Entry]:
        """Every item, by its ID."""
        found: dict[str, Entry] = {}
        section, standing = "", Status.PENDING
        for at, line in enumerate(self.lines):
            if line.startswith("## "):
                section, standing = line, Status.PENDING
            elif (match := _LINE.match(line)) and match["name"] == "Status" and self.lines[at - 2] == section:
                standing = meaning(match["value"])
            elif entry := self._entry(at, line, section, standing):
                assert entry.id not in found, f"{entry.id} stands here twice"
                found[entry.id] = entry
        return found

    def _entry(self, at: int, line: str, section: str, standing: Status) -> Entry | None:
        if match := _HEADING.match(line):
            return self._headed(at, match, section)
        if match := _ROW.match(line):
            owner, said = match["owner"].strip(), match["status"]
            return Entry(
                match["id"], match["title"].strip(), meaning(said), Form.ROW, owner or None, section, at, at + 1
            )
        if match := _LISTED.match(line):
            form = Form.BOX if match["box"] else Form.PLAIN
            status = _listed_status(match, standing)
            return Entry(match["id"], match["title"], status, form, None, section, at, at + 1)
        return None

    def _headed(self, at: int, match: re.Match[str], section: str) -> Entry:
        last = next((i for i in range(at + 1, len(self.lines)) if self.lines[i].startswith("##")), len(self.lines))
        form, fields = Form.MARKED, dict[str, str]()
        for line in self.lines[at + 1 : last]:
            for known, pattern in ((Form.TABLE, _FIELD), (Form.LINES, _LINE)):
                if field := pattern.match(line):
                    form, fields[field["name"]] = known, field["value"]
        said = fields.get("Status")
        if said is not None and match["mark"]:
            assert meaning(said) is meaning(match["mark"]), f"{match['id']} says two things"
        said = said or match["mark"]
        status = meaning(said) if said else Status.PENDING
        return Entry(match["id"], match["title"], status, form, _owner(fields), section, at, last)

    def skeleton(self, ids: frozenset[str]) -> list[str]:
        """All lines, and of these items without what states their status: nothing else may ever change."""
        owners = {at: e for e in self.entries().values() if e.id in ids for at in range(e.first, e.last)}
        bare = [_bare(line, owners[at].form) if at in owners else line for at, line in enumerate(self.lines)]
        return [line for line in bare if line is not None]

    # --- Writing ------------------------------------------------------------------------------------

    def restate(self, id_: str, status: Status, language: str, *, choice: int = 0) -> None:
        """Change the status of an item, as whoever looks after the document would."""
        entry = self.entries()[id_]
        words = WORDS[language][status]
        word = words[choice % len(words)]
        at = entry.first
        match entry.form:
            case Form.ROW:
                cells = self.lines[at].split("|")
                cells[4] = f" {word} "
                self.lines[at] = "|".join(cells)
            case Form.BOX | Form.PLAIN:
                self.lines[at] = _listed_line(entry, status, word.strip("✅ "))
            case Form.MARKED:
                self.lines[at] = f"### {id_}: {entry.title}{MARKS[status]}"
            case Form.TABLE:
                self.lines[at] = f"### {id_}: {entry.title}"
                self._set_field(entry, "Status", word)
            case _:
                self.lines[at] = f"### {id_}: {entry.title}"
                self._set_line(entry, "Status", word)

    def restate_section(self, anchor: str, status: Status) -> None:
        """Change the status of a whole section."""
        at = self.lines.index(anchor) + 2
        self.lines[at] = f"**Status:** {SECTION_WORDS[status]}"

    def own(self, id_: str, owner: str, language: str) -> bool:
        """Give an item another owner; False where its form knows none."""
        entry = self.entries()[id_]
        match entry.form:
            case Form.ROW:
                cells = self.lines[entry.first].split("|")
                cells[3] = f" {owner} "
                self.lines[entry.first] = "|".join(cells)
            case Form.TABLE:
                self._set_field(entry, "Owner", owner)
            case Form.LINES:
                self._set_line(entry, "Zuständig" if language == "de" else "Owner", owner)
            case _:
                return False
        return True

    def rewrite(self, id_: str, new: str) -> None:
        """Change the ID or title of an item: `ACTION-001` or a title for the one that it has."""
        entry = self.entries()[id_]
        old = entry.id if re.fullmatch(r"[A-Z]+-\d+", new) else entry.title
        assert old in self.lines[entry.first]
        self.lines[entry.first] = self.lines[entry.first].replace(old, new, 1)

    def remove(self, id_: str) -> list[str]:
        """Take an item out; its lines."""
        entry = self.entries()[id_]
        taken = self.lines[entry.first : entry.last]
        del self.lines[entry.first : entry.last]
        return taken

    def add(self, section: Section, id_: str, title: str, status: Status, owner: str | None) -> None:
        """Write an item at the end of a section, in its form."""
        start = self.lines.index(section.anchor)
        end = next((i for i in range(start + 1, len(self.lines)) if self.lines[i].startswith("## ")), len(self.lines))
        filled = [i for i in range(start, end) if self.lines[i].strip()]
        word = WORDS[section.language][status][0]
        entry = Entry(id_, title, status, section.form, owner, section.anchor, 0, 0)
        match section.form:
            case Form.ROW:
                at = max(i for i in filled if self.lines[i].startswith("|")) + 1
                self.lines.insert(at, f"| {id_} | {title} | {owner or ''} | {word} |")
            case Form.BOX | Form.PLAIN:
                listed = [i for i in filled if _LISTED.match(self.lines[i])]
                at, gap = (max(listed) + 1, []) if listed else (max(filled) + 1, [""])
                self.lines[at:at] = [*gap, _listed_line(entry, status, word.strip("✅ "), written=True)]
            case _:
                at = max(filled) + 1
                self.lines[at:at] = ["", *_headed_lines(section, entry, word)]
                if self.lines[at + 1 + len(_headed_lines(section, entry, word)) :][:1] not in ([""], []):
                    self.lines.insert(at + 1 + len(_headed_lines(section, entry, word)), "")

    def note(self, text: str, *, before: int) -> None:
        """Insert a paragraph at the end of a section, or of the document."""
        ends = [i for i, line in enumerate(self.lines) if line.startswith("## ")][1:]
        if before < len(ends):
            at = ends[before]
            self.lines[at:at] = [text, ""]
        else:
            self.lines += ["", text] if self.lines[-1] else [text, ""]

    def _set_field(self, entry: Entry, name: str, value: str) -> None:
        for at in range(entry.first, entry.last):
            if (match := _FIELD.match(self.lines[at])) and match["name"] == name:
                self.lines[at] = f"| **{name}** | {value} |"
                return
        bar = next(at for at in range(entry.first, entry.last) if self.lines[at].startswith("|--"))
        self.lines.insert(bar + 1, f"| **{name}** | {value} |")

    def _set_line(self, entry: Entry, name: str, value: str) -> None:
        for at in range(entry.first, entry.last):
            if (match := _LINE.match(self.lines[at])) and match["name"] == name:
                self.lines[at] = f"**{name}:** {value}"
                return
        self.lines.insert(entry.first + 2, f"**{name}:** {value}")


def _owner(fields: dict[str, str]) -> str | None:
    return fields.get("Owner") or fields.get("Zuständig")


def _listed_status(match: re.Match[str], standing: Status) -> Status:
    if match["box"] == "[x] ":
        return meaning(match["word"]) if match["strike"] and match["word"] else Status.RESOLVED
    if match["word"]:
        return meaning(match["word"])
    if match["strike"]:
        return Status.RESOLVED
    return Status.PENDING if match["box"] else standing


def _listed_line(entry: Entry, status: Status, word: str, *, written: bool = False) -> str:
    """An entry of a list. An entry without box and word has the section's status, so ``written`` says it always."""
    whole = f"**{entry.id}**: {entry.title}"
    box = ""
    if entry.form is Form.BOX:
        box = "[x] " if status is Status.RESOLVED else "[ ] "
        written = status not in {Status.RESOLVED, Status.PENDING}
        if status is Status.CANCELLED:
            whole = f"~~{whole}~~"
    else:
        written = True
    return f"- {box}{whole}{f' ({word})' if written else ''}"


def _headed_lines(section: Section, entry: Entry, word: str) -> list[str]:
    if section.form is Form.MARKED:
        return [f"### {entry.id}: {entry.title}{MARKS[entry.status]}", "", "Somebody should know more.", ""]
    lines = [f"### {entry.id}: {entry.title}", ""]
    if section.form is Form.LINES:
        name = "Zuständig" if section.language == "de" else "Owner"
        owner = [f"**{name}:** {entry.owner}"] if entry.owner else []
        return [*lines, *owner, f"**Status:** {word}", ""]
    table = ["| Field | Value |", "|-------|-------|", f"| **Status** | {word} |"]
    return [*lines, *table, *([f"| **Owner** | {entry.owner} |"] if entry.owner else []), ""]


def _bare(line: str, form: Form) -> str | None:
    """A line of an item without its status; None for one that says nothing else."""
    if match := _HEADING.match(line):
        return f"### {match['id']}: {match['title']}"
    if match := _ROW.match(line):
        return f"| {match['id']} |{match['title']}|{match['owner']}|"
    if match := _LISTED.match(line):
        return f"- **{match['id']}**: {match['title']}"
    field = (_FIELD if form is Form.TABLE else _LINE).match(line)
    return None if field and field["name"] == "Status" else line
