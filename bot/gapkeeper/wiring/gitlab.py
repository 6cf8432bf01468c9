"""The part of the composition root that opens a project on GitLab."""

from __future__ import annotations

import contextlib
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from gapkeeper.adapters.gitlab.address import is_gitlab_address, read_address
from gapkeeper.adapters.gitlab.explain import NEEDED, explain
from gapkeeper.adapters.gitlab.merge_requests import MergeRequests
from gapkeeper.adapters.gitlab.reviews import GitLabReviews
from gapkeeper.adapters.gitlab.session import Session
from gapkeeper.adapters.gitlab.token import TokenAuth
from gapkeeper.adapters.gitlab.tracker import GitLabTracker
from gapkeeper.adapters.http.client import Client
from gapkeeper.adapters.http.pacing import Limits
from gapkeeper.errors import NotAuthorisedError
from gapkeeper.model.delivery import BRANCH
from gapkeeper.settings.ci import has_job_token
from gapkeeper.settings.operator import load_operator
from gapkeeper.wiring.forges import make_wire
from gapkeeper.wiring.kept import kept_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gapkeeper.adapters.gitlab.address import Address
    from gapkeeper.model.delivery import Proposal
    from gapkeeper.model.doctor import ForgeFacts
    from gapkeeper.settings.load import Settings
    from gapkeeper.settings.operator import OperatorSettings
    from gapkeeper.wiring.forges import Edges

_HEADERS = {"Accept": "application/json"}
#: What gitlab.com allows one account; a server of one's own says what it allows.
_EACH_A_MINUTE = MappingProxyType({"issue": 200, "comment": 60})
_OF_A_JOB = "glcbt-"  # how the tokens of jobs begin
_IN_A_JOB = "The token of a job (CI_JOB_TOKEN) may not write issues. "
#: What people call it.
NAME = "GitLab"
#: Where a project's git has the heads of its pull requests.
PULL_HEADS = "refs/merge-requests/*/head"


def is_gitlab(url: str) -> bool:
    """Whether a tracker's URL names a project on the operator's GitLab.

    Raises `ConfigurationError` where the operator's settings cannot be read.
    """
    return is_gitlab_address(url, load_operator().gitlab_url)


@contextlib.contextmanager
def open_session(url: str, folder: Path | None, *, read_only: bool) -> Iterator[Session]:
    """A project, to read it or to write to it. What was read is kept in the folder; None: nothing is.

    Raises:
        UsageError: The URL names no project, or one on another host than the operator's.
        NotAuthorisedError: The operator has set no token, or one that cannot do.
    """
    operator = load_operator()
    address = read_address(url, operator.gitlab_url)
    auth = _auth(operator, address)
    pause = operator.gitlab_seconds_between_writes
    wire = make_wire(
        "gitlab",
        address.api,
        kept_in(folder, "gitlab.db"),
        Limits(pause, each_a_minute=_EACH_A_MINUTE) if address.public else Limits(pause),
        retries=operator.gitlab_read_retries,
        headers=_HEADERS,
        explain=explain,
    )
    client = Client(wire, auth.header, account=auth.key, read_only=url if read_only else None)
    with contextlib.closing(Session(address, client, auth, wire.store)) as session:
        yield session


@contextlib.contextmanager
def open_gitlab(url: str, folder: Path, *, read_only: bool, confidential: bool = False) -> Iterator[GitLabTracker]:
    """A project's issues, to read them or to write to them; see `open_session` and `GitLabTracker`."""
    with (
        open_session(url, folder, read_only=read_only) as session,
        contextlib.closing(GitLabTracker(session, confidential=confidential)) as tracker,
    ):
        yield tracker


@contextlib.contextmanager
def open_tracker(url: str, settings: Settings, folder: Path, *, read_only: bool) -> Iterator[GitLabTracker]:
    """A project's issues, to read them or to write to them, as the repository wants them."""
    confidential = settings.repository.sync.visibility == "confidential"
    with open_gitlab(url, folder, read_only=read_only, confidential=confidential) as tracker:
        yield tracker


@contextlib.contextmanager
def open_edges(url: str, settings: Settings, folder: Path, rev: str | None) -> Iterator[Edges]:
    """A project's documents, to write to them; see `open_session`."""
    # Few commands write to documents.
    from gapkeeper.adapters.gitlab.repository import GitLabRepository  # noqa: PLC0415
    from gapkeeper.wiring.forge_back import ForgeEdges  # noqa: PLC0415

    with open_session(url, folder, read_only=True) as session:
        yield ForgeEdges(
            forge=NAME,
            settings=settings,
            folder=folder,
            rev=rev,
            session=session,
            to_write=partial(open_session, url, folder, read_only=False),
            make=GitLabRepository,
            nothing_open=lambda repository: repository.nothing_open(BRANCH),
        )


@contextlib.contextmanager
def open_reviews(url: str, folder: Path, *, read_only: bool) -> Iterator[GitLabReviews]:
    """A project's merge requests, to read them or to comment on them; see `open_session`."""
    with open_session(url, folder, read_only=read_only) as session:
        yield GitLabReviews(session)


def proposals(url: str, settings: Settings, folder: Path) -> tuple[Proposal, ...]:
    """The merge requests from the branch of ours, as they are now, the newest first; see `open_session`."""
    with open_session(url, folder, read_only=True) as session:
        base = settings.repository.sync.branch or session.project.default_branch
        return MergeRequests(session).of(BRANCH, base)


def facts(url: str) -> ForgeFacts:
    """What GitLab says of us and of a project, for a doctor. Nothing is kept; see `open_session`."""
    from gapkeeper.adapters.gitlab.doctor import look  # noqa: PLC0415 - only doctors ask

    with open_session(url, None, read_only=True) as session:
        return look(session)


def _auth(operator: OperatorSettings, address: Address) -> TokenAuth:
    token = None if operator.gitlab_token is None else operator.gitlab_token.get_secret_value()
    if token is None:
        in_a_job = _IN_A_JOB if has_job_token() else ""
        raise NotAuthorisedError(f"{address.url} needs a token", hint=f"{in_a_job}{NEEDED}")
    if token.startswith(_OF_A_JOB):
        raise NotAuthorisedError(f"the token for {address.url} is that of a job", hint=f"{_IN_A_JOB}{NEEDED}")
    return TokenAuth(token)
