"""Whether a comment of ours is there already, in as few requests as that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.planning.marker import carries_key

if TYPE_CHECKING:
    from gapkeeper.adapters.forge.mirror import Mirror
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json

_PAGE = 100


class GitLabComments:
    """The notes of a project that people wrote. Nobody is asked about an issue that has none."""

    def __init__(self, session: Session, mirror: Mirror) -> None:
        self._session = session
        self._mirror = mirror

    def has(self, number: int, key: str) -> bool:
        """Whether our own account left a comment with this hidden key."""
        known = self._mirror.issues.get(number)
        if known is not None and known.get("comments") == 0:
            return False
        path = self._session.path(f"/issues/{number}/notes")
        asked = {"sort": "desc", "activity_filter": "only_comments", "per_page": _PAGE}
        pages = self._session.client.pages(path, asked)
        return any(carries_key(self._text(note), key) for page in pages for note in page.data)

    def posted(self, number: int, body: str) -> None:  # noqa: ARG002 - the port's signature
        """We left one."""
        self._mirror.note_comment(number)

    def _text(self, note: Json) -> str:
        """What a note of ours says; nothing for others', whose keys are copies."""
        author = note.get("author") or {}
        return str(note.get("body") or "") if self._session.is_us(str(author.get("username"))) else ""
