"""A GitHub App fetches documents with a token for that project, that may read its contents and nothing else."""

from __future__ import annotations

import base64
import contextlib
import os
from typing import TYPE_CHECKING

from gapkeeper.adapters.github.app_tokens import AppTokens
from gapkeeper.adapters.http.connections import Connections
from gapkeeper.adapters.http.paces import Paces
from gapkeeper.app.parsed import ParsedDocuments
from gapkeeper.wiring.git_access import git_access
from gapkeeper.wiring.shared import Shared, share
from github_counterpart.seed import FULL_NAME

if TYPE_CHECKING:
    import pytest

    from asking import As
    from github_counterpart.github import GitHub


def test_with_a_token_that_a_process_buys_once(github: GitHub, ask_as: As, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("GAPKEEPER_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GAPKEEPER_GITHUB_URL", github.url)
    monkeypatch.setenv("GAPKEEPER_GITHUB_APP_ID", str(github.app.app_id))
    monkeypatch.setenv("GAPKEEPER_GITHUB_APP_PRIVATE_KEY", github.app.private_key)
    with contextlib.closing(Connections()) as connections:
        shared = Shared(ParsedDocuments(0), paces=Paces(), connections=connections, app_tokens=AppTokens())
        with share(shared):
            ask = git_access(f"github:{FULL_NAME}")
            access = ask()
            assert ask() == access
    assert access.url == f"{github.url}/{FULL_NAME}.git"
    assert access.header is not None
    user, _, token = base64.b64decode(access.header.removeprefix("Basic ")).decode().partition(":")
    assert user == "x-access-token"
    assert ask_as(token).get("~/contents/README.md").status_code in {200, 404}
    assert ask_as(token).post("~/issues", json={"title": "x"}).status_code == 403
