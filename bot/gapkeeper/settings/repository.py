"""What a repository may set: `gapkeeper.toml`, the environment, the command line.

Named tuples: a run without any configuration imports no validation library, and does not wait for a dozen
dataclasses to be made. The one definition of a key (type, default, what it does, bounds) serves the reading of the
file, the JSON schema, and the file that `gapkeeper init` writes. An empty string means "not set".
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - types of keys are looked up when a file is read
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

DEFAULT_EXCLUDE = (
    "tests/",
    "fixtures/",
    "node_modules/",
    "vendor/",
    ".github/",
    "LICENSE*",
    "CHANGELOG*",
)


class Key(NamedTuple):
    """What people want to know of a key."""

    text: str
    example: str = ""  # a line of TOML, or for a plain key its value
    least: float | None = None
    most: float | None = None


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Documents(NamedTuple):
    """Which files are planning documents, and which kinds of items they hold."""

    include: Annotated[tuple[str, ...], Key("Files that are read: gitignore-style patterns.")] = ("**/*.md",)
    exclude: Annotated[
        tuple[str, ...],
        Key(
            "Files and folders that are not read: gitignore-style patterns. What .gitignore files name is not read "
            "either; hidden folders are; .git and .gapkeeper never."
        ),
    ] = DEFAULT_EXCLUDE
    order: Annotated[
        tuple[str, ...],
        Key("Documents whose word counts first where rank and date decide nothing: paths, the first one wins."),
    ] = ()
    kinds: Annotated[
        tuple[str, ...] | Literal["*"],
        Key(
            "Kinds of items that are tracked: the letters that their IDs begin with. "
            '"*" tracks every kind that the documents define.'
        ),
    ] = ("LATER", "ACTION", "ISSUE")


class Kind(NamedTuple):
    """One kind of item; naming it here tracks it."""

    scope: Annotated[
        Literal["repository", "document"] | None,
        Key(
            "Whether an ID names one thing in the whole repository, or one in each document that defines it. "
            'Not given: "document" for ISSUE, "repository" for every other kind.'
        ),
    ] = None
    pattern: Annotated[str, Key("IDs of another shape: a regular expression in RE2 syntax.", r"'TD_\d+'")] = ""
    register: Annotated[
        str, Key("The document whose word counts first for this kind. Not set: the one that defines most of it.")
    ] = ""
    labels: Annotated[tuple[str, ...], Key("Labels that its issues get besides the usual ones.")] = ()


StatusWord = Literal["pending", "not_started", "in_progress", "blocked", "deferred", "resolved", "cancelled"]
FieldName = Literal[
    "title", "status", "owner", "priority", "category", "blocks", "depends_on", "resolves", "estimate", "issue"
]


class Status(NamedTuple):
    """What the words in the documents mean."""

    words: Annotated[
        Mapping[str, StatusWord], Key("Words of your own, and the status that each means.", '"Parked" = "deferred"')
    ] = _NOTHING
    languages: Annotated[
        tuple[str, ...] | Literal["*"], Key('The sets of status words in use, as in ["en", "de"]; "*" is all of them.')
    ] = "*"
    columns: Annotated[
        Mapping[str, FieldName],
        Key("Columns and fields of your own, and the field that each means.", '"Zuständig" = "owner"'),
    ] = _NOTHING


class Area(NamedTuple):
    """The items that a readiness area stands for; every part that is given has to match."""

    kind: Annotated[str, Key("Items of this kind.")] = ""
    category: Annotated[str, Key("Items of this category.")] = ""
    keys: Annotated[tuple[str, ...], Key("These items.")] = ()


class Readiness(NamedTuple):
    """The readiness score."""

    title: Annotated[str, Key("The heading of the score table that counts, where there are several.")] = ""
    areas: Annotated[
        Mapping[str, Area],
        Key(
            "Ties areas of the score to items, for the score that is derived from them.",
            '"Feature Routes" = { kind = "ACTION" }',
        ),
    ] = _NOTHING
    fail_under: Annotated[
        float,
        Key(
            "Below this score, in per cent, `gapkeeper score` fails and the status of a pull request is red; 0: never.",
            least=0,
            most=100,
        ),
    ] = 0.0


class MassChange(NamedTuple):
    """How much one run may close or orphan: a plan above both numbers is refused."""

    share: Annotated[float, Key("The share of the open managed issues.", least=0, most=1)] = 0.25
    count: Annotated[int, Key("The number of issues.", least=0)] = 5  # type: ignore[assignment]  # no tuple.count here


MoveWord = Literal["write-back", "comment", "ignore", "undo"]


class Sync(NamedTuple):
    """How documents and issues are kept in step."""

    branch: Annotated[
        str,
        Key(
            "The branch whose documents count: from another one nothing is synced. Not set: on a forge the tracker's "
            "default branch, for the embedded tracker whatever is checked out."
        ),
    ] = ""
    namespace: Annotated[
        str, Key("Names this repository in the issues' markers. Not set: the tracker's own number for the project.")
    ] = ""
    accounts: Annotated[
        tuple[str, ...], Key("Further accounts whose markers are believed; the present one always is.")
    ] = ()
    on_close: Annotated[
        MoveWord,
        Key(
            "What a person's close does: write-back brings the new status to the documents, comment tells it on the "
            "issue, ignore leaves it, undo reopens."
        ),
    ] = "write-back"
    on_reopen: Annotated[MoveWord, Key("What a person's reopen does; the same choices.")] = "write-back"
    on_remove: Annotated[
        Literal["label", "close", "ignore"],
        Key("What happens to the open issue of an item that is gone from the documents."),
    ] = "label"
    write_back: Annotated[
        Literal["pull-request", "commit", "worktree", "off"],
        Key(
            "How changes reach the documents: pull-request proposes them from the branch gapkeeper/docs, commit "
            "commits them to the branch, worktree edits the files, off only tells them on the issue."
        ),
    ] = "pull-request"
    write_everywhere: Annotated[
        bool, Key("Whether other documents that still say another status are edited, too; else they are only listed.")
    ] = False
    name_people: Annotated[
        bool, Key("Whether commits name who closed or reopened an issue. Proposals do in any case.")
    ] = False
    backfill: Annotated[bool, Key("Whether items that are closed already get an issue too.")] = False
    max_creates: Annotated[
        int,
        Key("On a forge, more new issues than this in one run need --yes: watchers get a mail for each.", least=0),
    ] = 20
    mass_change: Annotated[MassChange, Key("A plan that closes or orphans more than both numbers is refused.")] = (
        MassChange()
    )
    visibility: Annotated[
        Literal["project", "confidential"],
        Key(
            "Whether new issues are as visible as their project, or confidential; on GitLab. They are confidential in "
            "any case where the project shows issues to more people than its repository."
        ),
    ] = "project"


class Tracker(NamedTuple):
    """Where the issues are."""

    url: Annotated[
        str,
        Key(
            "Its address: sqlite:PATH (from this folder), github:owner/name, or gitlab:group/name. Not set: the "
            "project of a job of GitHub Actions or GitLab CI, else the embedded tracker, sqlite:.gapkeeper/tracker.db.",
            '"sqlite:.gapkeeper/tracker.db"',
        ),
    ] = ""


Template = str | Literal[False]


class Labels(NamedTuple):
    """The labels of issues. Templates know {id} {title} {kind} {value}; false: no such label."""

    managed: Annotated[
        str, Key("On every issue that is kept in step. A person who takes it off lets the issue go.")
    ] = "gapkeeper"
    hold: Annotated[str, Key("Set by a person: the issue is left alone.")] = "gapkeeper: hold"
    orphaned: Annotated[str, Key("On the issue of an item that is gone from the documents.")] = "orphaned"
    kind: Annotated[Template, Key("One for the item's kind.")] = "kind: {value}"
    status: Annotated[Template, Key("One for its status.")] = "status: {value}"
    priority: Annotated[Template, Key("One for its priority: critical, high, medium or low.")] = "priority: {value}"
    owner: Annotated[Template, Key("One for its owner.", '"owner: {value}"')] = False
    category: Annotated[Template, Key("One for its category.", '"category: {value}"')] = False
    gate: Annotated[Template, Key("One for each gate that it blocks.", '"gate: {value}"')] = False


class Milestones(NamedTuple):
    """Milestones of issues."""

    gates: Annotated[bool, Key("Whether issues get the gate that they block as their milestone.")] = False


class Comment(NamedTuple):
    """The readiness comment on pull requests, and the status or check `gapkeeper/readiness`."""

    when: Annotated[
        Literal["changes", "always", "never"],
        Key("On pull requests that touch a planning document, on all, or on none."),
    ] = "changes"
    status: Annotated[
        Literal["changes", "always", "never"],
        Key(
            "Where the status or check is set: on pull requests that touch a planning document, on all, or on none. "
            "Where a rule below or [readiness] fail_under makes it red, it is set on all, unless this says never."
        ),
    ] = "changes"
    no_regression: Annotated[bool, Key("Whether the status is red where the readiness score falls.")] = False
    no_new_errors: Annotated[
        bool, Key("Whether the status is red where the documents have an error that they had not before.")
    ] = False


#: A week: what is looked at more seldom is not kept in step.
MOST_MINUTES = 10_080


class Schedule(NamedTuple):
    """How often the service looks."""

    minutes: Annotated[
        int,
        Key("Between two looks of `gapkeeper serve`; its operator may have set another.", least=1, most=MOST_MINUTES),
    ] = 15


class RepositorySettings(NamedTuple):
    """Everything that a repository may set, as `gapkeeper.toml` has it."""

    documents: Annotated[Documents, Key("Which files are planning documents, and which kinds of items they hold.")] = (
        Documents()
    )
    kinds: Annotated[
        Mapping[str, Kind],
        Key(
            "A table for each kind that needs more than its name. A kind that is named here is tracked.",
            r"""TECHDEBT = { pattern = 'TD_\d+', labels = ["debt"] }""",
        ),
    ] = _NOTHING
    status: Annotated[Status, Key("What the words in the documents mean.")] = Status()
    readiness: Annotated[Readiness, Key("The readiness score.")] = Readiness()
    sync: Annotated[Sync, Key("How documents and issues are kept in step.")] = Sync()
    tracker: Annotated[Tracker, Key("Where the issues are.")] = Tracker()
    labels: Annotated[
        Labels, Key("The labels of issues. Templates know {id} {title} {kind} {value}; false: no such label.")
    ] = Labels()
    owners: Annotated[
        Mapping[str, str],
        Key(
            "Which account of the tracker an owner in the documents is: the issue's assignee.",
            '"Infrastructure" = "octocat"',
        ),
    ] = _NOTHING
    milestones: Annotated[Milestones, Key("Milestones of issues.")] = Milestones()
    comment: Annotated[Comment, Key("The readiness comment on pull requests.")] = Comment()
    schedule: Annotated[Schedule, Key("How often the service looks.")] = Schedule()
