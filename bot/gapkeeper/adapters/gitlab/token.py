"""A token for GitLab: a project's, a group's or a person's."""

from __future__ import annotations

from gapkeeper.adapters.http.cache import account_of


class TokenAuth:
    """One token, as it is. It shows in no representation."""

    def __init__(self, token: str) -> None:
        self._token = token

    @property
    def key(self) -> str:
        """Another one for every token: another may see less."""
        return account_of(self._token)

    def header(self) -> str:
        """The value of `Authorization`: GitLab takes any token of its own there."""
        return f"Bearer {self._token}"
