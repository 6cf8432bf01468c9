"""A plain client, as dumb as can be: what it is answered is what the fake says."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import httpx

from gitlab_counterpart.seed import US, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitlab_counterpart.gitlab import GitLab

    As = Callable[[str], "Asking"]  # of somebody: a login, or a token

#: Nothing here is encrypted; but reading all certificates for each client would take longer than the tests.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Asking(httpx.Client):
    """Asks one GitLab; paths that begin with `~` are below the project."""

    def __init__(self, gitlab: GitLab, token: str = token_of(US), *, seconds: float = 5.0) -> None:
        headers = {"private-token": token} if token else {}
        super().__init__(base_url=gitlab.api, headers=headers, timeout=seconds, verify=_NO_CERTIFICATES)
        self._project = f"/projects/{gitlab.project.id}"

    def request(self, method: str, url: Any, **more: Any) -> httpx.Response:  # noqa: ANN401 - as httpx
        return super().request(method, str(url).replace("~", self._project, 1), **more)

    def issue(self, title: str = "A title", **more: object) -> Any:  # noqa: ANN401 - JSON
        """A new issue."""
        answer = self.post("~/issues", json={"title": title, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def commit(self, *actions: Mapping[str, object], branch: str = "main", **more: object) -> httpx.Response:
        sent = {"branch": branch, "commit_message": "Change", "actions": list(actions), **more}
        return self.post("~/repository/commits", json=sent)


def refusal(answer: httpx.Response) -> tuple[int, Any]:
    """Status and message of a refusal."""
    told = answer.json()
    return answer.status_code, told.get("message", told.get("error"))
