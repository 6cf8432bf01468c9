"""The labels of a project. GitLab tells `Bug` from `bug`; to us they are one, and the one that is there is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.errors import RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from gapkeeper.adapters.forge.mirror import Mirror
    from gapkeeper.adapters.gitlab.session import Session
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.model.snapshot import Label


class Labels:
    """The labels of one project and of its groups, as they are spelt there."""

    def __init__(self, session: Session, mirror: Mirror, known: Callable[[], Mapping[str, Label]]) -> None:
        """``known`` are labels that were seen so far, by name."""
        self._session = session
        self._mirror = mirror
        self._known = known
        self._listed = False  # in this run

    def find(self, name: str) -> str | None:
        """A label as the project writes it; None where there is none. One that is not known is asked for once a run."""
        found = self._among_known(name)
        if found is None and not self._listed:
            self._listed = True
            pages = self._session.client.pages(self._session.path("/labels"), {"per_page": 100})
            self.keep(one for page in pages for one in page.data)
            found = self._among_known(name)
        return found

    def spelt(self, name: str) -> str:
        """A label as the project writes it, or as it would be made."""
        return self.find(name) or name

    def all_spelt(self, names: Collection[str]) -> list[str]:
        """Labels as they are sent.

        Raises `RejectedError` where one has a comma, which separates labels there.
        """
        for name in names:
            require_no_comma(name)
        return sorted({self.spelt(name) for name in names})

    def keep(self, found: Iterable[Json]) -> None:
        """These are there."""
        kept = {str(one["name"]): {key: one.get(key) for key in ("name", "color", "description")} for one in found}
        self._mirror.set_note("labels", {**self._mirror.note("labels"), **kept})

    def _among_known(self, name: str) -> str | None:
        known = self._known()
        if name in known:
            return name
        return next((one for one in sorted(known) if one.casefold() == name.casefold()), None)


def require_no_comma(name: str) -> None:
    """Raise `RejectedError` for a label that GitLab would take for several."""
    if "," in name:
        raise RejectedError(
            f"the label `{name}` has a comma, and GitLab separates labels by commas",
            hint="Give it another name in the settings, table [labels].",
        )
