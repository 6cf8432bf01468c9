"""A GitHub App: its key proves who it is, and buys a token for one project, for this run's permissions, for an hour."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from gapkeeper.adapters.github.app_tokens import AppToken, AppTokens, Buyer
from gapkeeper.adapters.http.client import Client
from gapkeeper.errors import NotAuthorisedError, NotFoundError, RejectedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gapkeeper.adapters.github.address import Address
    from gapkeeper.adapters.http.answer import Json
    from gapkeeper.adapters.http.client import Wire

#: What a run that only looks asks for, and one that writes.
TO_READ: Mapping[str, str] = {"metadata": "read", "issues": "read", "contents": "read", "pull_requests": "read"}
TO_WRITE: Mapping[str, str] = {"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write"}
#: The same for reviews, which touch no document.
REVIEWS_TO_READ: Mapping[str, str] = {"metadata": "read", "issues": "read", "pull_requests": "read", "checks": "read"}
REVIEWS_TO_WRITE: Mapping[str, str] = {
    "metadata": "read",
    "issues": "write",
    "pull_requests": "write",
    "checks": "write",
}

_JWT_LASTS = dt.timedelta(minutes=9)  # GitHub takes ten at most
_SKEW = dt.timedelta(minutes=1)  # GitHub's advice: issued a minute ago, for clocks that differ
_RENEWED = dt.timedelta(minutes=5)  # before the token ends


class AppAuth:
    """One App on one project. Key and token show in no representation."""

    def __init__(  # noqa: PLR0913 - what an App is
        self,
        wire: Wire,
        address: Address,
        app_id: str,
        private_key: str,
        permissions: Mapping[str, str],
        *,
        tokens: AppTokens | None = None,
    ) -> None:
        """``permissions`` are what this run needs, and no more; ``tokens`` are those of other runs, too."""
        self._client = Client(
            wire, self._jwt, account=f"app-{app_id}", read_only=None
        )  # to mint a token writes to no project
        self._wire = wire
        self._address = address
        self._app_id = app_id
        self._private_key = private_key
        self._permissions = dict(permissions)
        self._ahead = dt.timedelta(0)  # of GitHub's clock
        self._tokens = AppTokens() if tokens is None else tokens
        self._buyer = Buyer(app_id, address.url, frozenset(permissions.items()))
        self._token: AppToken | None = None
        self._installation: Json = None

    @property
    def key(self) -> str:
        """The App, as one owner has installed it: GitHub limits each installation by itself.

        Its tokens change every hour, and what they may see does not.
        """
        return f"app-{self._app_id}@{self._address.owner.casefold()}"

    def header(self) -> str:
        """The value of `Authorization`; the token is renewed before it ends.

        Raises `NotAuthorisedError` where the App is not installed on the project, or may do too little there.
        """
        if self._token is not None and self._token.revoked:  # the App may have been installed anew
            self._token = self._installation = None
        if self._token is None or self._ends_soon(self._token):
            kept = self._tokens.get(self._buyer)
            self._token = self._mint() if kept is None or self._ends_soon(kept) else kept
            self._installation = self._token.installation
        return f"Bearer {self._token.value}"

    def _ends_soon(self, token: AppToken) -> bool:
        return self._wire.pacing.now >= token.until - _RENEWED

    def account(self, client: Client) -> str:  # noqa: ARG002 - the port's signature
        """The App's name, as it signs."""
        return f"{self._installed()['app_slug']}[bot]"

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    @property
    def as_app(self) -> Client:
        """Requests as the App itself, and not as its installation."""
        return self._client

    @property
    def installation(self) -> Json:
        """The App's installation on the project: its `permissions` and `events`.

        Raises `NotAuthorisedError` where there is none.
        """
        return self._installed()

    def _mint(self) -> AppToken:
        installation = self._installed()
        try:
            bought = self._bought({"repositories": [self._address.name], "permissions": self._permissions})
        except RejectedError as error:
            missing = self._missing(installation)
            if missing:
                raise self._too_little(missing, error) from error
            bought = self._bought_by_number()
        token = AppToken(*bought, installation)
        self._tokens.keep(self._buyer, token)
        return token

    def _bought(self, asked: Json) -> tuple[str, dt.datetime]:
        """A token, and when it ends by our clock."""
        try:
            answer = self._client.write("POST", f"/app/installations/{self._installed()['id']}/access_tokens", asked)
        except NotFoundError as error:  # it was found a moment ago, or an hour ago where a token is renewed
            raise self._not_installed() from error
        now = self._wire.pacing.now
        try:
            ends = dt.datetime.fromisoformat(answer.data["expires_at"])
            return str(answer.data["token"]), now + (ends - (answer.date or now))
        except (LookupError, TypeError, ValueError) as error:
            raise UnavailableError("GitHub's answer is no token for the App") from error

    def _bought_by_number(self) -> tuple[str, dt.datetime]:
        """A token for the project by its number: its name is an older one, by which GitHub sells none.

        The token that its number is asked with sees what projects are called, and nothing else.
        """
        token, _ = self._bought({"permissions": {"metadata": "read"}})
        with Client(self._wire, lambda: f"Bearer {token}", account=self.key, read_only=self._address.url) as client:
            data = client.get(f"/repos/{self._address.project}").data
        try:
            number = int(data["id"])
        except (LookupError, TypeError, ValueError) as error:
            raise UnavailableError(f"{self._address.url}: the answer is no project") from error
        try:
            return self._bought({"repository_ids": [number], "permissions": self._permissions})
        except RejectedError as error:
            raise self._too_little("more", error) from error

    def _installed(self) -> Json:
        """The App's installation on the project."""
        if self._installation is None:
            try:
                found = self._ask(f"/repos/{self._address.project}/installation")
                self._installation = {**found, "id": int(found["id"]), "app_slug": str(found["app_slug"])}
            except NotFoundError as error:
                raise self._not_installed() from error
            except (LookupError, TypeError, ValueError) as error:
                raise UnavailableError("GitHub's answer is no installation of an App") from error
        return self._installation

    def _ask(self, path: str) -> Json:
        try:
            return self._client.get(path).data
        except NotAuthorisedError:
            server = self._client.server_date
            if server is None or abs(server - self._wire.pacing.now - self._ahead) < _SKEW:
                raise
            self._ahead = server - self._wire.pacing.now  # our clock is wrong, and GitHub believes its own
        return self._client.get(path).data

    def _jwt(self) -> str:
        import jwt  # noqa: PLC0415 - cryptography takes long to load, and tokens need none of it

        now = self._wire.pacing.now + self._ahead
        claims = {"iat": now - _SKEW, "exp": now + _JWT_LASTS, "iss": self._app_id}
        try:
            return f"Bearer {jwt.encode(claims, self._private_key, algorithm='RS256')}"
        except (jwt.PyJWTError, ValueError, TypeError):
            raise NotAuthorisedError(
                "the App's private key is no RSA key in PEM",
                hint="Set GAPKEEPER_GITHUB_APP_PRIVATE_KEY to the whole content of the .pem file.",
            ) from None

    def _not_installed(self) -> NotAuthorisedError:
        return NotAuthorisedError(
            f"{self._address.url}: the App {self._app_id} is not installed on it",
            hint="Install it: the App's page, Install App, and choose the project. Or see the spelling.",
        )

    def _missing(self, installation: Json) -> str:
        """The permissions that this run needs and the installation has not."""
        granted = installation.get("permissions") or {}
        order = ("", "read", "write", "admin")
        return ", ".join(
            f"{name}: {level}"
            for name, level in self._permissions.items()
            if order.index(str(granted.get(name) or "")) < order.index(level)
        )

    def _too_little(self, missing: str, error: RejectedError) -> NotAuthorisedError:
        return NotAuthorisedError(
            f"{self._address.url}: the App {self._app_id} may do too little there ({error.message})",
            hint=f"Give it the permission {missing} in the App's settings (Permissions and events), and let the owner "
            "accept that.",
        )
