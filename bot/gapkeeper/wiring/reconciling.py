"""What jobs of the service do with a repository, by its mirror: bring it in step, and review a pull request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from gapkeeper import wiring
from gapkeeper.adapters.forge.reader import ForgeReader
from gapkeeper.adapters.git import resolve
from gapkeeper.adapters.git_mirror import MissingRefError, MovedError
from gapkeeper.adapters.sqlite_tracker import utc_now
from gapkeeper.app.sync import sync
from gapkeeper.errors import DocumentsError, NotFoundError, RefusedError, StaleDocumentsError
from gapkeeper.model.delivery import BRANCH
from gapkeeper.model.jobs import Known, Reviewed
from gapkeeper.planning.history import NO_HISTORY
from gapkeeper.reporting.compare import score
from gapkeeper.wiring import shared
from gapkeeper.wiring.reviewing import project_settings, publish, review

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from gapkeeper.adapters.git_mirror import Mirror
    from gapkeeper.adapters.git_mirror_look import Look
    from gapkeeper.app.documents import Documents
    from gapkeeper.app.review import Said
    from gapkeeper.model.plan import Outcome, Report
    from gapkeeper.ports import TrackerReader
    from gapkeeper.settings.load import Settings

#: How often open pull requests are listed although no branch has moved: one may have been reopened or retargeted.
_PULLS_AGAIN = dt.timedelta(hours=1)
_HEADS = "refs/heads/"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A repository of the service: where everything of it is."""

    name: str
    tracker: str  # its URL, by the operator's word alone
    mirror: Mirror
    look_again: Callable[[], bool]  # after a `MovedError`: whether the forge knows another address now
    pull_heads: str | None  # where its remote has the heads of pull requests; None: those are left alone
    max_creates: int | None = None  # None: as the repository says

    @property
    def overrides(self) -> Mapping[str, object]:
        """What the operator says, whatever the repository's own configuration does."""
        creates = {} if self.max_creates is None else {"sync.max_creates": self.max_creates}
        return {"tracker.url": self.tracker, **creates}


@dataclass(frozen=True, slots=True)
class Ground:
    """What was fetched and read, and nothing done about it yet."""

    look: Look
    settings: Settings
    branch: str
    commit: str
    documents: Documents

    @property
    def score(self) -> float | None:
        """Readiness in per cent."""
        return score(self.documents.register)

    @property
    def open_items(self) -> int:
        """How many items are open."""
        return sum(item.state == "open" for item in self.documents.register.items)


def known_of(place: Place, known: Known) -> Known:
    """What is known, where it is known of this project: another one may have had the name before."""
    return known if known.tracker == place.tracker else Known(tracker=place.tracker)


def ground(place: Place, known: Known) -> Ground | None:
    """Fetch and read a repository; None: it has no commit yet.

    Raises:
        ConfigurationError: Its configuration cannot be obeyed.
        DocumentsError: There is no such branch.
        TrackerError: The remote does not answer, or refuses.
    """
    look = _look(place, known.branch)
    if look.default_branch is None:
        return None
    default = look.default_branch
    heads = _brought(place, look)
    settings = _settings(place, heads[default])
    wanted = settings.repository.sync.branch or default
    if wanted not in {default, known.branch}:
        look = _look(place, wanted)
        heads = _brought(place, look)
    if wanted not in heads:
        raise DocumentsError(
            f'[sync] branch = "{wanted}": the project has no such branch', hint="Push it, or name another one."
        )
    commit = heads[wanted]
    if wanted != default:
        settings = _settings(place, commit)
    source = wiring.document_source(settings, place.mirror.folder, commit)
    return Ground(look, settings, wanted, commit, wiring.read_documents(settings, source))


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run did, and learned."""

    report: Report | RefusedError | DocumentsError  # why issues and documents stay as they are
    known: Known


def reconcile(
    place: Place, on: Ground, known: Known, *, progress: Callable[[Outcome], None], wait: Callable[[float], None]
) -> Reconciled:
    """Bring documents and issues in step; ``progress`` and ``wait`` as for `app.sync.sync`.

    Raises:
        ConfigurationError: The operator does not allow the way that the repository wants to write.
        TrackerError: The tracker could not be read whole, or not be opened.
    """
    settings, folder = on.settings, place.mirror.folder
    # It was fetched a moment ago, so that nobody need be asked whether it is behind.
    history = replace(wiring.history(folder, on.commit), newest=NO_HISTORY.newest)
    with (
        wiring.open_reader(settings, folder) as reader,
        wiring.open_way_back(settings, folder, on.commit, on.documents) as way_back,
    ):
        try:
            report: Report | RefusedError | DocumentsError = sync(
                on.documents.register,
                reader,
                partial(wiring.open_writer, settings, folder),
                wiring.sync_policy(settings),
                clock=utc_now,
                history=history,
                way_back=way_back,
                progress=progress,
                wait=wait,
            )
        except (RefusedError, DocumentsError) as error:
            report = error
        project_id, account = _who(reader)
    learned = replace(
        known,
        project_id=project_id,
        account=account,
        branch=on.branch,
        minutes=settings.repository.schedule.minutes,
        score=on.score,
        open_items=on.open_items,
    )
    return Reconciled(report, learned)


@dataclass(frozen=True, slots=True)
class PullsSeen:
    """The open pull requests, compared with what was reviewed."""

    to_review: tuple[int, ...]
    closed: tuple[int, ...]  # that were reviewed, and are not open any more


def look_at_pulls(
    place: Place, on: Ground, known: Known, reviewed: Mapping[int, Reviewed], *, proposed: bool
) -> PullsSeen | None:
    """Find pull requests that nobody told of; None: nothing can have changed, and nobody was asked.

    ``proposed``: one of ours has just been opened or changed, and its status may be required for its merge.
    """
    if place.pull_heads is None:
        return None
    moved = proposed or on.look.digest is None or on.look.digest != known.refs
    age = None if known.pulls_at is None else utc_now() - known.pulls_at
    if not moved and age is not None and dt.timedelta(0) <= age < _PULLS_AGAIN:
        return None
    with wiring.open_reviews(on.settings, place.mirror.folder, read_only=True) as reviews:
        now = {pull.number: Reviewed(pull.head, pull.base) for pull in reviews.open_pulls()}
    return PullsSeen(
        to_review=tuple(number for number, seen in now.items() if reviewed.get(number) != seen),
        closed=tuple(sorted(reviewed.keys() - now.keys())),
    )


@dataclass(frozen=True, slots=True)
class PullReviewed:
    """What was said on a pull request."""

    seen: Reviewed | None  # None: there is no open pull request of this number
    said: Said | None = None
    title: str = "it is closed, and nothing is said on it"  # the verdict in a line, or why there is none


def review_pull(place: Place, number: int, told: Callable[[Reviewed], None]) -> PullReviewed:
    """Comment on a pull request as it is now, and set its status; ``told`` is told how it is before that.

    Raises:
        StaleDocumentsError: Somebody pushes at this moment.
        ConflictError: The same, noticed by the forge.
        ConfigurationError: The base has a configuration that cannot be obeyed.
        TrackerError: The forge or the remote does not answer, or refuses.
    """
    folder = place.mirror.folder
    settings = project_settings(folder, place.tracker)
    with wiring.open_reviews(settings, folder, read_only=True) as reader:
        try:
            pull = reader.pull(number)
        except NotFoundError as error:  # whoever asked was wrong, or it is gone
            return PullReviewed(None, title=error.line)
        if not pull.open:
            place.mirror.drop_pull(number)
            return PullReviewed(None)
        seen = Reviewed(pull.head, pull.base)
        told(seen)
        head = f"refs/gapkeeper/pull/{number}/head"
        base = f"{_HEADS}{pull.base}"
        _fetch(place, {base: base, pull.head_ref: head})
        if resolve(folder, head) != pull.head:
            raise StaleDocumentsError(f"{pull.url} was pushed to meanwhile", hint="It is read anew in a moment.")
        made = review(settings, folder, pull, reader)
        said = publish(made, settings, folder, reader)
    return PullReviewed(seen, said, made.verdict.title)


def _look(place: Place, branch: str | None) -> Look:
    asked = [BRANCH, *([] if branch is None else [branch])]
    return _following(place, partial(place.mirror.look, asked, place.pull_heads))


def _following(place: Place, ask: Callable[[], T]) -> T:
    """Ask the remote; and once more where the project has moved and the forge knows where to."""
    try:
        return ask()
    except MovedError:
        if not place.look_again():
            raise
        return ask()


def _brought(place: Place, look: Look) -> Mapping[str, str]:
    """The branches that were seen, with the commits that the mirror has of them now.

    They are fetched where one of them has moved, or the mirror was lost; what moves meanwhile arrives, too.
    """
    heads = {f"{_HEADS}{name}": commit for name, commit in look.heads.items()}
    tips = _tips(place, heads)
    if tips != heads:
        _fetch(place, {name: name for name in heads})
        tips = place.mirror.tips(heads)
    return {name.removeprefix(_HEADS): commit for name, commit in tips.items()}


def _tips(place: Place, names: Collection[str]) -> Mapping[str, str]:
    try:
        return place.mirror.tips(names)
    except DocumentsError:  # damaged: a fetch makes it anew
        return {}


def _fetch(place: Place, refs: Mapping[str, str]) -> None:
    try:
        _following(place, partial(place.mirror.fetch, refs))
    except MissingRefError as error:  # it was there a moment ago, or will be in a moment
        raise StaleDocumentsError(error.message, hint=error.hint) from error
    shared.count("fetched")


def _settings(place: Place, commit: str) -> Settings:
    return wiring.load_settings(place.mirror.folder, overrides=place.overrides, rev=commit)


def _who(reader: TrackerReader) -> tuple[str | None, str | None]:
    """The project's number and our account, which were asked for already."""
    return reader.who if isinstance(reader, ForgeReader) else (None, None)
