"""The part of the composition root that opens a project on GitHub."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from gapkeeper.adapters.github.address import read_address
from gapkeeper.adapters.github.app_auth import REVIEWS_TO_READ, REVIEWS_TO_WRITE, TO_READ, TO_WRITE, AppAuth
from gapkeeper.adapters.github.explain import explain
from gapkeeper.adapters.github.pulls import Pulls
from gapkeeper.adapters.github.reviews import GitHubReviews
from gapkeeper.adapters.github.session import Session
from gapkeeper.adapters.github.token import TokenAuth
from gapkeeper.adapters.github.tracker import GitHubTracker
from gapkeeper.adapters.http.client import Client
from gapkeeper.adapters.http.failures import said
from gapkeeper.adapters.http.pacing import Limits
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.errors import NotAuthorisedError, UnavailableError
from gapkeeper.model.delivery import BRANCH
from gapkeeper.settings.operator import load_operator
from gapkeeper.wiring import shared
from gapkeeper.wiring.forges import make_wire
from gapkeeper.wiring.kept import kept_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gapkeeper.adapters.github.address import Address
    from gapkeeper.adapters.github.app_tokens import AppTokens
    from gapkeeper.adapters.github.session import Auth
    from gapkeeper.adapters.http.answer import Answer
    from gapkeeper.adapters.http.client import Wire
    from gapkeeper.errors import TrackerError
    from gapkeeper.model.delivery import Proposal
    from gapkeeper.model.doctor import ForgeFacts
    from gapkeeper.settings.load import Settings
    from gapkeeper.settings.operator import OperatorSettings
    from gapkeeper.wiring.forges import Edges

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
#: What people call it.
NAME = "GitHub"
#: Where a project's git has the heads of its pull requests.
PULL_HEADS = "refs/pull/*/head"


def is_github(url: str) -> bool:
    """Whether a tracker's URL names a project on the operator's GitHub.

    Raises `ConfigurationError` where the operator's settings cannot be read.
    """
    if url.startswith("github:"):
        return True
    return url.startswith(("https://", "http://")) and url.startswith(f"{load_operator().github_url}/")


@contextlib.contextmanager
def open_session(
    url: str, folder: Path | None, *, read_only: bool, permissions: Mapping[str, str] | None = None
) -> Iterator[Session]:
    """A project, to read it or to write to it. ``permissions`` are what an App asks for; None: what a sync needs.

    What was read is kept in the folder; None: nothing is.

    Raises:
        UsageError: The URL names no project, or one on another host than the operator's.
        NotAuthorisedError: The operator has set neither a token nor an App.
    """
    operator = load_operator()
    address = read_address(url, operator.github_url)
    pause = operator.github_seconds_between_writes
    limits = Limits(pause, creates_a_minute=80, creates_an_hour=500, points_a_minute=900)
    wire = make_wire(
        "github",
        address.api,
        kept_in(folder, "github.db"),
        limits if address.public else Limits(pause),
        retries=operator.github_read_retries,
        headers=_HEADERS,
        explain=partial(_explain, address.url),
    )
    auth = _auth(operator, wire, address, permissions or (TO_READ if read_only else TO_WRITE))
    client = Client(wire, auth.header, account=auth.key, read_only=url if read_only else None)
    with contextlib.closing(Session(address, client, auth, wire.store)) as session:
        yield session


@contextlib.contextmanager
def open_github(url: str, folder: Path, *, read_only: bool) -> Iterator[GitHubTracker]:
    """A project's issues, to read them or to write to them; see `open_session`."""
    with open_session(url, folder, read_only=read_only) as session, contextlib.closing(GitHubTracker(session)) as open_:
        yield open_


@contextlib.contextmanager
def open_tracker(url: str, settings: Settings, folder: Path, *, read_only: bool) -> Iterator[GitHubTracker]:  # noqa: ARG001 - the same of every forge
    """A project's issues, to read them or to write to them; see `open_session`."""
    with open_github(url, folder, read_only=read_only) as tracker:
        yield tracker


@contextlib.contextmanager
def open_edges(url: str, settings: Settings, folder: Path, rev: str | None) -> Iterator[Edges]:
    """A project's documents, to write to them; see `open_session`."""
    # Few commands write to documents.
    from gapkeeper.adapters.github.repository import GitHubRepository  # noqa: PLC0415
    from gapkeeper.wiring.forge_back import ForgeEdges  # noqa: PLC0415

    with open_session(url, folder, read_only=True) as session:
        yield ForgeEdges(
            forge=NAME,
            settings=settings,
            folder=folder,
            rev=rev,
            session=session,
            to_write=partial(open_session, url, folder, read_only=False),
            make=partial(GitHubRepository, clock=utc_now),
        )


@contextlib.contextmanager
def open_reviews(url: str, folder: Path, *, read_only: bool) -> Iterator[GitHubReviews]:
    """A project's pull requests, to read them or to comment on them; see `open_session`."""
    permissions = REVIEWS_TO_READ if read_only else REVIEWS_TO_WRITE
    with open_session(url, folder, read_only=read_only, permissions=permissions) as session:
        yield GitHubReviews(session)


def proposals(url: str, settings: Settings, folder: Path) -> tuple[Proposal, ...]:
    """The pull requests from the branch of ours, as they are now, the newest first; see `open_session`."""
    with open_session(url, folder, read_only=True) as session:
        base = settings.repository.sync.branch or session.project.default_branch
        return Pulls(session).of(BRANCH, lambda name: name == base)


def facts(url: str) -> ForgeFacts:
    """What GitHub says of us and of a project, for a doctor. Nothing is kept; see `open_session`."""
    from gapkeeper.adapters.github.doctor import TO_LOOK, look  # noqa: PLC0415 - only doctors ask

    with open_session(url, None, read_only=True, permissions=TO_LOOK) as session:
        return look(session)


def _explain(url: str, answer: Answer, error: TrackerError) -> TrackerError:
    """What GitHub means; and where it refuses, whoever asks next asks what an App may do here now.

    A token that was bought for an hour can be revoked before. Reads are tried again at once then, with another one.
    """
    tokens, told = _app_tokens(), explain(answer, error)
    if tokens is None or not isinstance(error, NotAuthorisedError):
        return told
    if answer.status == 401 and "bad credentials" in said(answer).casefold() and tokens.revoke(url):
        return UnavailableError(error.message, hint="The App's token was revoked. The next attempt buys another one.")
    tokens.forget(url)
    return told


def _app_tokens() -> AppTokens | None:
    together = shared.current()
    return None if together is None else together.app_tokens


def _auth(operator: OperatorSettings, wire: Wire, address: Address, permissions: Mapping[str, str]) -> Auth:
    if operator.github_app_id is not None and operator.github_app_private_key is not None:
        key = operator.github_app_private_key.get_secret_value()
        return AppAuth(wire, address, operator.github_app_id, key, permissions, tokens=_app_tokens())
    if operator.github_app_id is not None or operator.github_app_private_key is not None:
        lacks = "PRIVATE_KEY" if operator.github_app_private_key is None else "ID"
        raise NotAuthorisedError(
            f"{address.url} is to be opened as a GitHub App, and GAPKEEPER_GITHUB_APP_{lacks} is not set",
            hint="Set it, or neither of both: a token is another account.",
        )
    if operator.github_token is None:
        raise NotAuthorisedError(
            f"{address.url} needs a token",
            hint="Set GAPKEEPER_GITHUB_TOKEN (else GITHUB_TOKEN), or GAPKEEPER_GITHUB_APP_ID and "
            "GAPKEEPER_GITHUB_APP_PRIVATE_KEY. It needs Issues, Contents and Pull requests: read and write; and for "
            "the status on pull requests Commit statuses (of an App: Checks).",
        )
    return TokenAuth(operator.github_token.get_secret_value(), address.graphql)
