"""How a place in a document is shown on an issue: a link where the repository can be linked, else `path:line`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from gapkeeper import escaping

#: Characters of a path that are shown: whoever needs more of it follows the link.
_PATH_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Places:
    """Shows places at one revision."""

    document_url: str | None = None  # template with {path} {line} {revision}
    revision: str | None = None  # None: the folder as it is, not committed

    def show(self, path: str, line: int) -> str:
        """Markdown that names a place, and links it where there is something to link."""
        text = f"{escaping.shorten(escaping.clean_line(path), _PATH_LIMIT)}:{line}"
        if self.document_url is None or ("{revision}" in self.document_url and self.revision is None):
            return escaping.code(text)
        values = {
            "path": quote(path.encode("utf-8", "replace"), safe="/"),
            "line": str(line),
            "revision": self.revision or "",
        }
        address = re.sub(r"\{(path|line|revision)\}", lambda match: values[match[1]], self.document_url)
        return escaping.link(text, address)

    @property
    def at_commit(self) -> str:
        """Markdown that names the revision, to be put behind a place: `` at commit `1f2e3d4c5b` ``, or nothing."""
        return "" if self.revision is None else f" at commit {escaping.code(self.revision[:10])}"
