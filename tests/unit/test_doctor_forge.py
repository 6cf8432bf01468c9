"""What the doctor makes of what a forge says: by values, without any forge."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from gapkeeper.adapters.forge.doctor import hooks_of, plain
from gapkeeper.app.doctor.forge import of_forge
from gapkeeper.app.doctor.service import Rounds
from gapkeeper.app.doctor.verdicts import fine, wrong
from gapkeeper.errors import NotFoundError, RateLimitedError
from gapkeeper.model.doctor import (
    Check,
    ForgeFacts,
    Health,
    HookFacts,
    ProjectFacts,
    Quota,
    Role,
    TokenFacts,
    TokenKind,
    Trouble,
    Wanted,
)

NOW = dt.datetime(2026, 11, 24, 21, tzinfo=dt.UTC)
EVENTS = frozenset({"issues", "pull_request", "push"})
HOOK = HookFacts("https://g.example/webhooks/github", EVENTS)
GITHUB = ForgeFacts(
    "GitHub",
    "github:o/n",
    "o/n",
    "keeper",
    TokenFacts(TokenKind.CLASSIC, scopes=frozenset({"repo"})),
    ProjectFacts("o/n", role=Role.WRITE),
    (HOOK,),
    Quota(5_000, 5_000),
    dt.timedelta(0),
)
GITLAB = replace(
    GITHUB,
    forge="GitLab",
    token=TokenFacts(TokenKind.GITLAB, scopes=frozenset({"api"})),
    hooks=(
        HookFacts(
            "https://g.example/webhooks/gitlab",
            frozenset({"issues_events", "confidential_issues_events", "merge_requests_events", "push_events"}),
        ),
    ),
)


def judged(facts: ForgeFacts, wanted: Wanted | None = None) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for check in of_forge(facts, wanted or Wanted(), NOW):
        found.setdefault(check.name, []).append(check)
    return found


def only(facts: ForgeFacts, name: str, wanted: Wanted | None = None) -> Check:
    (check,) = judged(facts, wanted)[name]
    return check


@pytest.mark.parametrize("facts", [GITHUB, GITLAB], ids=lambda facts: facts.forge)
def test_what_is_as_it_should_be(facts: ForgeFacts) -> None:
    found = judged(facts, Wanted(reviews=True))
    assert list(found) == ["token", "project", "permissions", "quota", "clock", "webhook"]
    assert {check.health for all_ in found.values() for check in all_} == {Health.OK}


@pytest.mark.parametrize(("unreachable", "name"), [(True, "network"), (False, "token")])
def test_nothing_is_said_of_what_could_not_be_asked(*, unreachable: bool, name: str) -> None:
    facts = ForgeFacts("GitHub", "github:o/n", "o/n", Trouble("no", "do", unreachable))
    assert list(judged(facts)) == [name]
    assert only(facts, name).hint == "do"


@pytest.mark.parametrize(
    ("seconds", "health", "words"),
    [
        (0, Health.OK, ""),
        (60, Health.OK, ""),
        (61, Health.NOTE, "1 minute ahead of"),
        (-61, Health.NOTE, "1 minute behind"),
        (300, Health.NOTE, "5 minutes"),
        (301, Health.WRONG, "5 minutes"),
        (-7_200, Health.WRONG, "2 hours behind"),
        (3 * 86_400, Health.WRONG, "3 days ahead of"),
    ],
)
def test_clocks(seconds: int, health: Health, words: str) -> None:
    check = only(replace(GITHUB, ahead=dt.timedelta(seconds=seconds)), "clock")
    assert check.health is health
    assert words in check.what


@pytest.mark.parametrize(("left", "health"), [(500, Health.OK), (499, Health.NOTE), (0, Health.NOTE)])
def test_quotas(left: int, health: Health) -> None:
    check = only(replace(GITHUB, quota=Quota(left, 5_000, NOW)), "quota")
    assert check.health is health
    assert ("until 21:00 UTC" in check.what) is (health is Health.NOTE)


@pytest.mark.parametrize(
    ("ends", "health"),
    [
        (None, Health.OK),
        (NOW, Health.WRONG),
        (NOW + dt.timedelta(days=14) - dt.timedelta(seconds=1), Health.NOTE),
        (NOW + dt.timedelta(days=14), Health.OK),
    ],
)
def test_ends_of_tokens(ends: dt.datetime | None, health: Health) -> None:
    facts = replace(GITHUB, token=TokenFacts(TokenKind.CLASSIC, scopes=frozenset({"repo"}), ends=ends))
    assert only(facts, "token").health is health


ALL = {"issues": "write", "contents": "write", "pull_requests": "write", "checks": "write"}


@pytest.mark.parametrize(
    ("permissions", "reviews", "health"),
    [
        (ALL, True, Health.OK),
        (ALL | {"checks": "read"}, False, Health.NOTE),
        (ALL | {"checks": "read"}, True, Health.WRONG),
        ({**ALL, "issues": "read"}, False, Health.WRONG),
        ({}, False, Health.WRONG),
    ],
)
def test_permissions_of_apps(*, permissions: dict[str, str], reviews: bool, health: Health) -> None:
    facts = replace(
        GITHUB,
        token=TokenFacts(TokenKind.APP, permissions=permissions),
        project=ProjectFacts("o/n", role=Role.READ),  # GitHub says that of Apps, whatever they may do
    )
    assert only(facts, "permissions", Wanted(reviews=reviews)).health is health


@pytest.mark.parametrize("kind", [TokenKind.FINE_GRAINED, TokenKind.ACTIONS, TokenKind.INSTALLATION])
def test_permissions_that_nobody_tells_are_named_as_far_as_they_are_wanted(kind: TokenKind) -> None:
    facts = replace(GITHUB, token=TokenFacts(kind))
    all_of_it = only(facts, "permissions", Wanted(reviews=True)).hint or ""
    little = only(facts, "permissions", Wanted(write_back=False)).hint or ""
    needed, _, more = little.partition("; ")
    assert ("statuses" in all_of_it, "statuses" in needed) == (True, False)
    assert more in {"", "and for the status on pull requests Commit statuses."}
    assert ("contents" in all_of_it.casefold(), "contents" in little.casefold()) == (True, False)
    assert only(facts, "permissions").health is Health.NOTE
    refused = replace(facts, token=TokenFacts(kind, refused=("issues",)))
    assert only(refused, "permissions").health is Health.WRONG


@pytest.mark.parametrize(
    ("scope", "private", "health"),
    [
        ("repo", True, Health.OK),
        ("public_repo", False, Health.OK),
        ("public_repo", True, Health.WRONG),
        ("gist", False, Health.WRONG),
    ],
)
def test_scopes_of_classic_tokens(*, scope: str, private: bool, health: Health) -> None:
    token = TokenFacts(TokenKind.CLASSIC, scopes=frozenset({scope}))
    facts = replace(GITHUB, token=token, project=ProjectFacts("o/n", private=private, role=Role.WRITE))
    assert only(facts, "permissions").health is health


NOTHING, PROPOSALS, REVIEWS = Wanted(write_back=False), Wanted(), Wanted(write_back=False, reviews=True)


@pytest.mark.parametrize(
    ("role", "wanted", "health"),
    [
        (Role.NONE, NOTHING, Health.WRONG),
        (Role.READ, NOTHING, Health.WRONG),
        (Role.PLAN, NOTHING, Health.NOTE),
        (Role.PLAN, PROPOSALS, Health.WRONG),
        (Role.PLAN, REVIEWS, Health.WRONG),
        (Role.WRITE, REVIEWS, Health.OK),
        (Role.ADMIN, PROPOSALS, Health.OK),
        (None, PROPOSALS, Health.NOTE),
    ],
)
def test_roles_on_gitlab(role: Role | None, wanted: Wanted, health: Health) -> None:
    check = only(replace(GITLAB, project=ProjectFacts("o/n", role=role)), "permissions", wanted)
    assert check.health is health
    if role in {None, Role.READ}:
        assert ("Developer" in (check.hint or "")) is (wanted is not NOTHING)


@pytest.mark.parametrize(
    ("scopes", "health"),
    [({"api"}, Health.OK), ({"read_api"}, Health.WRONG), (set(), Health.WRONG), (None, Health.OK)],
)
def test_scopes_on_gitlab(scopes: set[str] | None, health: Health) -> None:
    token = TokenFacts(TokenKind.GITLAB, scopes=None if scopes is None else frozenset(scopes))
    assert only(replace(GITLAB, token=token), "permissions").health is health


@pytest.mark.parametrize(
    ("wanted", "health"), [(NOTHING, Health.OK), (PROPOSALS, Health.WRONG), (REVIEWS, Health.WRONG)]
)
def test_merge_requests_that_are_switched_off(wanted: Wanted, health: Health) -> None:
    project = ProjectFacts("o/n", role=Role.WRITE, has_requests=False)
    assert only(replace(GITLAB, project=project), "permissions", wanted).health is health


@pytest.mark.parametrize(
    ("project", "healths"),
    [
        (ProjectFacts("O/N", role=Role.WRITE), [Health.OK]),
        (ProjectFacts("o/n", archived=True, role=Role.WRITE), [Health.WRONG]),
        (ProjectFacts("o/n", has_issues=False, role=Role.WRITE), [Health.WRONG]),
        (ProjectFacts("o/n", archived=True, has_issues=False), [Health.WRONG, Health.WRONG]),
        (ProjectFacts("o/m", role=Role.WRITE), [Health.NOTE]),
        (ProjectFacts("o/m", archived=True, role=Role.WRITE), [Health.WRONG, Health.NOTE]),
        (Trouble("gone"), [Health.WRONG]),
    ],
)
def test_projects(project: ProjectFacts | Trouble, healths: list[Health]) -> None:
    assert [check.health for check in judged(replace(GITHUB, project=project))["project"]] == healths


def test_where_issues_are_switched_on() -> None:
    off = ProjectFacts("o/n", has_issues=False)
    hints = [only(replace(facts, project=off), "project").hint or "" for facts in (GITHUB, GITLAB)]
    assert ["Features" in hints[0], "Visibility" in hints[1]] == [True, True]


def test_a_role_and_a_scope_that_are_missing_are_both_said() -> None:
    facts = replace(
        GITHUB, token=TokenFacts(TokenKind.CLASSIC, scopes=frozenset()), project=ProjectFacts("o/n", role=Role.PLAN)
    )
    assert [check.health for check in judged(facts)["permissions"]] == [Health.WRONG, Health.WRONG]


@pytest.mark.parametrize(
    ("hook", "health"),
    [
        (HOOK, Health.OK),
        (replace(HOOK, events=frozenset({"*"})), Health.OK),
        (replace(HOOK, events=EVENTS - {"push"}), Health.WRONG),
        (replace(HOOK, active=False), Health.WRONG),
        (replace(HOOK, as_json=False), Health.WRONG),
        (replace(HOOK, failing="no"), Health.WRONG),
    ],
)
def test_webhooks(hook: HookFacts, health: Health) -> None:
    assert only(replace(GITHUB, hooks=(hook,)), "webhook").health is health


@pytest.mark.parametrize("hooks", [(), (HOOK, HOOK), Trouble("may not")])
def test_webhooks_that_are_no_fault(hooks: tuple[HookFacts, ...] | Trouble) -> None:
    assert judged(replace(GITHUB, hooks=hooks))["webhook"][0].health is Health.NOTE


class TestAnswers:
    @pytest.mark.parametrize("answer", [None, {"a": 1}, [None], [1], ["x"], 7])
    def test_what_is_no_list_of_webhooks_is_a_trouble(self, answer: object) -> None:
        found = hooks_of(lambda: answer, lambda data: HookFacts(data["url"], frozenset()), "/x", role="R")
        assert isinstance(found, Trouble)

    def test_addresses_that_are_none(self) -> None:
        shape = lambda url: HookFacts(plain(url), frozenset())  # noqa: E731 - a shape
        assert isinstance(hooks_of(lambda: ["http://[::1"], shape, "/x", role="R"), Trouble)
        assert hooks_of(lambda: [None, "", "::"], shape, "/x", role="R") == ()

    def test_that_it_may_not_be_asked_and_that_it_could_not_are_two_things(self) -> None:
        def refuse() -> object:
            raise NotFoundError("404")

        def limit() -> object:
            raise RateLimitedError("later")

        shape = lambda data: HookFacts(data, frozenset())  # noqa: E731 - a shape
        first, second = (hooks_of(ask, shape, "/x", role="R") for ask in (refuse, limit))
        assert isinstance(first, Trouble)
        assert isinstance(second, Trouble)
        assert first.what == "this account may not list webhooks"
        assert "later" in second.what

    def test_nothing_secret_is_left_of_an_address(self) -> None:
        assert plain("https://ann:pw@h.example:8443/a?key=x#y") == "https://h.example:8443/a"


def test_many_repositories_are_told_in_few_lines() -> None:
    rounds = Rounds()
    checks = [fine("token", "keeper"), fine("project", "a"), fine("git", "b"), wrong("permissions", "no")]
    first = list(rounds.of_repository("one", "GitHub", checks))
    assert [(check.name, check.about) for check in first] == [
        ("token", ""),
        ("permissions", "one"),
        ("repository", "one"),
    ]
    assert [check.name for check in rounds.of_repository("two", "GitHub", checks)] == ["permissions", "repository"]
    assert "token" in [check.name for check in rounds.of_repository("three", "GitLab", checks)]
    worse = [wrong("token", "ended")]
    assert [check.health for check in rounds.of_repository("four", "GitHub", worse)] == [Health.WRONG]
