"""A token that somebody made: a person's, a fine-grained one, or the one that Actions hands to a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gapkeeper.adapters.http.cache import account_of
from gapkeeper.adapters.http.client import BELIEVED
from gapkeeper.errors import NotAuthorisedError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from gapkeeper.adapters.http.client import Client

#: Who acts with the token of Actions, where GitHub cannot be asked.
ACTIONS = "github-actions[bot]"
_OF_AN_APP = "ghs_"  # how tokens of Apps begin, that of Actions too


class TokenAuth:
    """One token, as it is. It shows in no representation."""

    def __init__(self, token: str, graphql: str) -> None:
        """``graphql`` is where an App's token can ask who it is: the REST API tells only people."""
        self._token = token
        self._graphql = graphql

    @property
    def key(self) -> str:
        """Another one for every token: another may see less."""
        return account_of(self._token)

    def header(self) -> str:
        """The value of `Authorization`."""
        return f"Bearer {self._token}"

    def close(self) -> None:
        """There are no connections of its own."""

    def account(self, client: Client) -> str:
        """Our name.

        Raises `NotAuthorisedError` where the token is not valid.
        """
        if not self._token.startswith(_OF_AN_APP):
            try:
                return _text(client.get("/user", within=BELIEVED).data, "login")
            except NotAuthorisedError as error:
                if "not accessible by integration" not in error.message:
                    raise
        try:
            data = client.query(self._graphql, "query { viewer { login } }", within=BELIEVED).data
        except (NotAuthorisedError, NotFoundError):
            return ACTIONS
        return _text(data, "data", "viewer", "login")


def _text(data: object, *path: str) -> str:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    if not isinstance(data, str) or not data:
        raise UnavailableError("GitHub does not say whose token this is")
    return data
