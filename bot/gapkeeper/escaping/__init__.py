"""Text from documents is data: here it becomes safe to show, once for every surface.

Every function takes any text at all and returns text that says the same and does nothing: it
notifies nobody, refers to nothing, closes nothing, runs nowhere, and cannot leave the place that it
was put in. None is idempotent (escaping twice shows the escapes), so escape last, and once.

| surface | function |
|---|---|
| title of an issue, one line of plain text on a forge | `title` |
| Markdown: within a line, a table's cell, several lines, code | `inline`, `cell`, `block`, `code`, `fenced` |
| Markdown: a link of ours | `link` |
| Markdown of a person, sent again by us | `without_commands` |
| terminal | `terminal` |
| CSV | `csv_cell` |
| SVG, XML, HTML: text or attribute | `xml_text` |
| Mermaid: a label between double quotes | `mermaid_label` |
| CI: a log line; GitHub's commands: message, property | `log_line`; `actions_message`, `actions_property` |
| JSON | nothing: `json.dumps` does it |

`shorten` cuts text, before or after escaping. All take time linear in the text: every regular
expression here either consumes what it looks at or looks ahead no further than the next character
of its own kind.
"""

from gapkeeper.escaping.cleaning import clean_line, clean_text
from gapkeeper.escaping.machines import (
    actions_message,
    actions_property,
    csv_cell,
    log_line,
    mermaid_label,
    terminal,
    xml_text,
)
from gapkeeper.escaping.markdown import block, cell, code, fenced, inline, link, title, without_commands
from gapkeeper.escaping.references import GUARD
from gapkeeper.escaping.shortening import shorten

__all__ = [
    "GUARD",
    "actions_message",
    "actions_property",
    "block",
    "cell",
    "clean_line",
    "clean_text",
    "code",
    "csv_cell",
    "fenced",
    "inline",
    "link",
    "log_line",
    "mermaid_label",
    "shorten",
    "terminal",
    "title",
    "without_commands",
    "xml_text",
]
