"""The part of the composition root that reviews a pull request: what git, the documents and the tracker say of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from gapkeeper import wiring
from gapkeeper.app.review import merge_outlook, say
from gapkeeper.errors import NewerMarkerError, TrackerError, UsageError
from gapkeeper.model.policy import WriteBack
from gapkeeper.model.review import OnMerge
from gapkeeper.planning.history import NO_HISTORY
from gapkeeper.planning.places import Places
from gapkeeper.reading import read_register
from gapkeeper.reporting.compare import compare, outshone, posted
from gapkeeper.reporting.numbers import per_cent
from gapkeeper.reporting.review_comment import Review, review_comment
from gapkeeper.reporting.verdict import Rules, verdict
from gapkeeper.settings.ci import tracker_of_job
from gapkeeper.settings.files import NOWHERE
from gapkeeper.settings.load import load
from gapkeeper.settings.mapping import reading_rules, sync_policy
from gapkeeper.wiring.forge_back import prefix_of
from gapkeeper.wiring.pull_documents import pull_documents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gapkeeper.app.review import Said
    from gapkeeper.model.diagnostics import Diagnostic
    from gapkeeper.model.pulls import PullRequest, Verdict
    from gapkeeper.model.register import Register
    from gapkeeper.model.snapshot import Capabilities
    from gapkeeper.ports import Reviews
    from gapkeeper.reporting.compare import Comparison
    from gapkeeper.settings.load import Settings
    from gapkeeper.wiring.pull_documents import PullDocuments


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review that was made, and not said yet."""

    pull: PullRequest
    settings: Settings  # the base's
    body: str  # the comment
    verdict: Verdict
    wants_comment: bool  # False: only where one of ours is there already
    wants_verdict: bool
    notes: tuple[str, ...] = ()  # for whoever runs us


def project_settings(folder: Path, tracker: str | None) -> Settings:
    """Settings that name the project whose pull requests are meant.

    The command line counts, then the project that a job of CI runs for, then what is configured: the files of a
    folder may be those of a stranger's pull request, which must not lead us elsewhere.
    """
    named = tracker or tracker_of_job()
    if named is None:
        return wiring.load_settings(folder)
    return load(folder, overrides=_overrides(named), where=NOWHERE)


def review(settings: Settings, folder: Path, pull: PullRequest, reader: Reviews) -> Reviewed:
    """Read both ends of a pull request, and say what lies between.

    Raises:
        ConfigurationError: The base has a configuration that cannot be obeyed.
        DocumentsError: A commit is nowhere to be had.
        UnavailableError: The remote does not answer.
    """
    url = wiring.tracker_url(settings)
    documents = pull_documents(folder, pull, overrides=_overrides(url))
    rules = _rules(documents.settings)
    before, after = _registers(documents)
    outlook, notes = _outlook(documents, folder, before, after, pull.base) if documents.touched else (OnMerge(), ())
    comparison = compare(before, after)
    prefix = prefix_of(folder)
    places = Places(_document_url(pull, prefix), documents.revision)
    made = Review(
        comparison,
        pull.base,
        outlook,
        documents.touched,
        (*_notes(documents), *_another_score(comparison)),
        places.show,
    )
    body = review_comment(made, reader.capabilities)
    touched = bool(documents.touched)
    comment = documents.settings.repository.comment
    said = verdict(comparison, rules, _summary(body, reader.capabilities), touched=touched)
    return Reviewed(
        pull=pull,
        settings=documents.settings,
        body=body,
        verdict=replace(said, annotations=_from_the_top(said.annotations, prefix)),
        wants_comment=comment.when == "always" or (comment.when == "changes" and touched),
        wants_verdict=comment.status != "never" and (comment.status == "always" or touched or bool(rules)),
        notes=notes,
    )


def publish(reviewed: Reviewed, settings: Settings, folder: Path, reader: Reviews) -> Said:
    """Say it on the pull request; see `app.review.say`. A comment that is there is kept true, wanted or not."""
    never = reviewed.settings.repository.comment.when == "never"
    return say(
        reviewed.pull,
        None if never else reviewed.body,
        reviewed.verdict if reviewed.wants_verdict else None,
        reader,
        partial(wiring.open_reviews, settings, folder, read_only=False),
        new=reviewed.wants_comment,
    )


def _overrides(tracker: str | None) -> Mapping[str, object]:
    return {} if tracker is None else {"tracker.url": tracker}


def _rules(settings: Settings) -> Rules:
    repository = settings.repository
    return Rules(repository.readiness.fail_under, repository.comment.no_regression, repository.comment.no_new_errors)


def _registers(documents: PullDocuments) -> tuple[Register, Register]:
    """Both, by the rules of the base; one where nothing differs."""
    after = wiring.read_register(documents.settings, documents.head_source)
    if not documents.touched:
        return after, after
    if documents.base_source is None:
        return read_register((), reading_rules(documents.settings.repository)), after
    return wiring.read_register(documents.settings, documents.base_source), after


def _outlook(
    documents: PullDocuments, folder: Path, before: Register, after: Register, into: str
) -> tuple[OnMerge, tuple[str, ...]]:
    """What a merge would do to the issues; nothing, with a note, where the tracker cannot be read."""
    # What people did in the tracker is not this pull request's doing, so how that is written back does not matter.
    policy = replace(sync_policy(documents.settings.repository), write_back=WriteBack.OFF)
    if policy.branch not in {None, into}:  # nobody need be asked
        return OnMerge(), ()
    git = replace(wiring.history(folder, documents.head), newest=NO_HISTORY.newest)
    try:
        with wiring.open_reader(documents.settings, folder) as tracker:
            return merge_outlook((before, after), into, tracker, policy, git), ()
    except (NewerMarkerError, TrackerError, UsageError) as error:
        return OnMerge(), (f"what a merge does to the issues is left out: {error.line}",)


def _notes(documents: PullDocuments) -> tuple[str, ...]:
    notes = [] if documents.why is None else [documents.why]
    if documents.configuration_changed:
        notes.append("This pull request changes the configuration of Gapkeeper. That takes effect once it is merged.")
    return tuple(notes)


def _another_score(comparison: Comparison) -> tuple[str, ...]:
    """That the number is gone, or one of another table although the table that had it is still there."""
    before, after, former = posted(comparison.before), posted(comparison.after), outshone(comparison)
    if before is not None and after is None:
        return (f"{before.source.path} stated the score before, and no document states one now that can be read.",)
    if after is None or former is None:
        return ()
    states = f"which had it before, states {per_cent(former.value)}"
    if former.source.path == after.source.path:
        return (f"The score is that of “{after.title}” now. “{former.title}”, {states}.",)
    return (f"The score is that of {after.source.path} now. {former.source.path}, {states}.",)


def _from_the_top(findings: Sequence[Diagnostic], prefix: str) -> tuple[Diagnostic, ...]:
    """Findings with paths as the forge has them: we read paths from the folder on."""
    return tuple(replace(found, path=f"{prefix}{found.path}") for found in findings) if prefix else tuple(findings)


def _document_url(pull: PullRequest, prefix: str) -> str | None:
    """Where the forge shows a line of a file at a commit; None where its address is of no known shape."""
    match = re.fullmatch(r"(https?://.+?)/(pull|-/merge_requests)/[0-9]+", pull.url)
    if match is None:
        return None
    blob = "blob" if match[2] == "pull" else "-/blob"
    return f"{match[1]}/{blob}/{{revision}}/{quote(os.fsencode(prefix))}{{path}}?plain=1#L{{line}}"


def _summary(body: str, capabilities: Capabilities) -> str:
    """The comment without its marker, for the page of a check."""
    text = body.partition("\n")[2]
    return text if capabilities.summary_limit is None or len(text) <= capabilities.summary_limit else ""
