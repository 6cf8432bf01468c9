"""One project, one authorisation, one run: what is the same on every forge."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from gapkeeper.adapters.http.client import BELIEVED

if TYPE_CHECKING:
    import datetime as dt

    from gapkeeper.adapters.http.client import Client
    from gapkeeper.adapters.http.store import Store


class _Address(Protocol):
    @property
    def api(self) -> str:
        """Where the forge's API is."""

    @property
    def project(self) -> str:
        """The project, as the operator named it."""


class _Auth(Protocol):
    @property
    def key(self) -> str:
        """Names the account for what is kept between runs, and tells nothing secret."""


A = TypeVar("A", bound=_Address)
K = TypeVar("K", bound=_Auth)
P = TypeVar("P")  # what the forge says of a project


class ForgeSession(ABC, Generic[A, K, P]):
    """Who we are, and what the project is called and has."""

    def __init__(self, address: A, client: Client, auth: K, store: Store) -> None:
        self.address = address
        self.client = client
        self.auth = auth
        self.store = store

    @cached_property
    def project(self) -> P:
        """The project; one that was renamed or moved is followed.

        Raises `NotAuthorisedError` where there is none, or the token may not see it.
        """
        return self._read_project(BELIEVED)

    def ask_again(self) -> P:
        """The project as it is now: what was told of it may have changed since."""
        self.project = self._read_project(None)
        return self.project

    @abstractmethod
    def _read_project(self, within: dt.timedelta | None) -> P:
        """What the forge says of the project; an answer that is not older than that is believed."""

    @property
    @abstractmethod
    def account(self) -> str:
        """Our name there."""

    def is_us(self, login: str) -> bool:
        """Whether somebody is our account."""
        return login.casefold() == self.account.casefold()

    @property
    def scope(self) -> str:
        """Names project and account for what is kept between runs."""
        return f"{self.address.api}/{self.address.project.casefold()}#{self.auth.key}"

    def close(self) -> None:
        """Close connections, and what is kept."""
        self.client.close()
        self.store.close()
