"""A plain client, as dumb as can be: what it is answered is what GitHub says."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import httpx

from github_counterpart.seed import FULL_NAME, US, token_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from github_counterpart.github import GitHub

    As = Callable[[str], "Asking"]  # of somebody: a login, or a token

#: Nothing here is encrypted; but reading all certificates for each client would take longer than the tests.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Asking(httpx.Client):
    """Asks one GitHub; paths that begin with `~` are below the repository."""

    def __init__(self, github: GitHub, token: str = token_of(US), *, seconds: float = 5.0) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        super().__init__(base_url=github.url, headers=headers, timeout=seconds, verify=_NO_CERTIFICATES)

    def request(self, method: str, url: Any, **more: Any) -> httpx.Response:  # noqa: ANN401 - as httpx
        return super().request(method, str(url).replace("~", f"/repos/{FULL_NAME}", 1), **more)

    def issue(self, title: str = "A title", **more: object) -> Any:  # noqa: ANN401 - JSON
        """A new issue."""
        answer = self.post("~/issues", json={"title": title, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()


def error(answer: httpx.Response) -> tuple[int, str]:
    """Status and message of a refusal."""
    return answer.status_code, answer.json()["message"]


def first_error(answer: httpx.Response) -> dict[str, Any]:
    """The first of `errors` in a 422."""
    assert answer.status_code == 422, answer.text
    told: dict[str, Any] = answer.json()["errors"][0]
    return told
