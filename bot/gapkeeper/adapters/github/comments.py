"""Whether a comment of ours is there already, in as few requests as that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.planning.marker import carries_key

if TYPE_CHECKING:
    from gapkeeper.adapters.forge.mirror import Mirror
    from gapkeeper.adapters.github.session import Session
    from gapkeeper.adapters.http.answer import Json

PAGE = 100


class GitHubComments:
    """The comments of a project.

    Nobody is asked about an issue that has none. The latest hundred of the project are read once: what a run that was
    cut off left is among them, and the others of an issue are only asked for where these are not all that it has.
    """

    def __init__(self, session: Session, mirror: Mirror) -> None:
        self._session = session
        self._mirror = mirror
        self._latest: dict[int, list[str]] | None = None  # number -> who and what, of the latest ones

    def has(self, number: int, key: str) -> bool:
        """Whether our own account left a comment with this hidden key."""
        known = self._mirror.issues.get(number)
        if known is None:
            return self._on_issue(number, key)
        count = known.get("comments")
        if count == 0:
            return False
        if self._latest is None:
            path = self._session.path("/issues/comments")
            asked = {"sort": "created", "direction": "desc", "per_page": PAGE}
            self._latest = {}
            for comment in self._session.client.get(path, asked).data or ():
                self._latest.setdefault(_number(comment), []).append(self._text(comment))
        seen = self._latest.get(number, [])
        return any(carries_key(text, key) for text in seen) or (len(seen) != count and self._on_issue(number, key))

    def posted(self, number: int, body: str) -> None:
        """We left one."""
        self._mirror.note_comment(number)
        if self._latest is not None:
            self._latest.setdefault(number, []).append(body)

    def _on_issue(self, number: int, key: str) -> bool:
        path = self._session.path(f"/issues/{number}/comments")
        pages = self._session.client.pages(path, {"per_page": PAGE})
        return any(carries_key(self._text(comment), key) for page in pages for comment in page.data)

    def _text(self, comment: Json) -> str:
        """What a comment of ours says; nothing for others', whose keys are copies."""
        user = comment.get("user") or {}
        return str(comment.get("body") or "") if self._session.is_us(str(user.get("login"))) else ""


def _number(comment: Json) -> int:
    end = str(comment.get("issue_url") or "").rpartition("/")[2]
    return int(end) if end.isdecimal() else 0
