"""Who and what is there when a test begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from github_counterpart.accounts import App, Kind, Role, Token

if TYPE_CHECKING:
    from collections.abc import Mapping

OWNER = "harbour"
REPOSITORY = "pier"
FULL_NAME = f"{OWNER}/{REPOSITORY}"
ELSEWHERE = f"{OWNER}/depot"  # where issues are transferred to
#: Our own account in most tests: a person's, with write access.
US = "gapkeeper-of-harbour"
APP = "gapkeeper-app"
ACTIONS = "github-actions[bot]"
#: Requests that one token of emulate is used for, and how many more everybody has where there is much to do.
ENOUGH = 4_500
SPARE = 40
#: What the App of most tests was granted; and a workflow that asks for it.
GRANTED = {
    "metadata": "read",
    "issues": "write",
    "contents": "write",
    "pull_requests": "write",
    "statuses": "write",
    "checks": "write",
}


def token_of(login: str) -> str:
    """The classic token of a person."""
    return f"ghp_{login.replace('-', '0')}"


def spare_token(token: str, used: int) -> str:
    """The token by which emulate knows somebody who has sent so many requests: each is good for 5,000."""
    return f"{token}.{used // ENOUGH}" if used >= ENOUGH else token


@cache
def private_key() -> str:
    """An App's key; making one takes longer than everything else, so there is one in a session."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


@dataclass
class Seed:
    """What emulate begins with, and what only the proxy knows."""

    people: tuple[str, ...] = (OWNER, US, "Rosa", "Piet", "Ann", "Mallory")
    roles: Mapping[str, Role] = field(default_factory=lambda: {US: Role.WRITE})  # in `FULL_NAME`; others may read
    private: bool = False
    granted: Mapping[str, str] = field(default_factory=lambda: dict(GRANTED))  # to the App
    hears: tuple[str, ...] = ()  # the events that the App is told of
    description: str = "Planning documents of a small harbour"
    more: tuple[str, ...] = ()  # full names of further repositories of `OWNER`

    def app(self) -> App:
        return App(7, APP, private_key(), installation=77, permissions=self.granted)

    def integration(self, url: str) -> dict[str, object]:
        """The App as GitHub shows it where it did something."""
        app = self.app()
        times = dict.fromkeys(("created_at", "updated_at"), "2026-01-05T08:00:00Z")
        address = f"https://github.com/apps/{app.slug}"
        return {
            "id": app.app_id,
            "slug": app.slug,
            "node_id": "A_kwDOAAcA",
            "client_id": "Iv23liHarbour",
            "owner": {"login": OWNER, "id": 3, "node_id": "U_3", "type": "User", "url": f"{url}/users/{OWNER}"},
            "name": "Gapkeeper",
            "description": None,
            "external_url": address,
            "html_url": address,
            **times,
            "permissions": dict(self.granted),
            "events": list(self.hears),
        }

    def tokens(self) -> list[Token]:
        """A classic token for everybody, and the token of a workflow's run."""
        actions = Token(
            "ghs_actions",
            ACTIONS,
            Kind.ACTIONS,
            permissions=GRANTED,
            repositories=frozenset({FULL_NAME}),
            hourly=1_000,
            installation=1,
        )
        return [*(Token(token_of(login), login) for login in self.people), actions]

    def for_emulate(self) -> dict[str, object]:
        return {
            "tokens": {
                spare_token(token.value, number * ENOUGH): {"login": token.login}
                for number in range(SPARE if self.more else 1)
                for token in self.tokens()
            },
            "github": {
                "users": [{"login": login} for login in (*self.people, ACTIONS)],
                "repos": [
                    {
                        "owner": OWNER,
                        "name": name.partition("/")[2],
                        "description": self.description,
                        "private": self.private,
                        "auto_init": True,
                    }
                    for name in (FULL_NAME, ELSEWHERE, *self.more)
                ],
                "apps": [
                    {
                        "app_id": self.app().app_id,
                        "slug": APP,
                        "name": "Gapkeeper",
                        "private_key": private_key(),
                        "permissions": dict(self.granted),
                        "installations": [
                            {
                                "installation_id": self.app().installation,
                                "account": OWNER,
                                "repository_selection": "selected",
                                "repositories": [REPOSITORY, *(name.partition("/")[2] for name in self.more)],
                            }
                        ],
                    }
                ],
            },
        }
