"""Lists: what is in them, in which order, and where the next page is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from asking_gitlab import Asking, refusal
from gitlab_counterpart import pages
from gitlab_counterpart.seed import SUB_GROUP_PATH, US, Seed

if TYPE_CHECKING:
    import httpx

    from gitlab_counterpart.fixtures import MakeGitLab
    from gitlab_counterpart.gitlab import GitLab


@pytest.fixture
def seven(gitlab: GitLab, asking: Asking) -> Asking:
    for number in range(1, 8):
        gitlab.clock.advance(10)
        asking.issue(f"Title {number}", labels="odd" if number % 2 else "even")
    return asking


def numbers(answer: httpx.Response) -> list[int]:
    return [issue["iid"] for issue in answer.json()]


def test_pages_by_number_say_where_they_are(seven: Asking) -> None:
    first = seven.get("~/issues?per_page=3")
    assert numbers(first) == [7, 6, 5]
    headers = first.headers
    told = [headers[f"x-{name}"] for name in ("page", "next-page", "prev-page", "per-page", "total", "total-pages")]
    assert told == ["1", "2", "", "3", "7", "3"]
    last = seven.get("~/issues?per_page=3&page=3")
    assert numbers(last) == [1]
    assert last.headers["x-next-page"] == ""
    assert set(last.links) == {"prev", "first", "last"}
    assert numbers(seven.get(last.links["prev"]["url"])) == [4, 3, 2]


def test_pages_by_key_go_on_where_the_last_one_ended_whatever_changes(gitlab: GitLab, seven: Asking) -> None:
    answer = seven.get("~/issues?pagination=keyset&order_by=updated_at&sort=asc&per_page=3")
    assert numbers(answer) == [1, 2, 3]
    assert "x-next-page" not in answer.headers
    gitlab.clock.advance(10)
    gitlab.act(US, "PUT", "/issues/3", {"title": "Changed"})
    found = []
    while "next" in answer.links:
        answer = seven.get(answer.links["next"]["url"])
        found += numbers(answer)
    assert found == [4, 5, 6, 7, 3]


def test_pages_by_key_go_backwards_too(seven: Asking) -> None:
    answer = seven.get("~/issues?pagination=keyset&order_by=created_at&sort=desc&per_page=4")
    assert numbers(answer) == [7, 6, 5, 4]
    assert numbers(seven.get(answer.links["next"]["url"])) == [3, 2, 1]


def test_an_older_version_has_pages_by_number_whatever_is_asked(make_gitlab: MakeGitLab) -> None:
    with Asking(make_gitlab(version="17.4.0-ee")) as ask:
        ask.issue()
        answer = ask.get("~/issues?pagination=keyset&order_by=updated_at&sort=asc")
        assert answer.headers["x-page"] == "1"


def test_no_page_has_more_than_a_hundred(gitlab: GitLab, asking: Asking) -> None:
    gitlab.limits.enforced = False
    for number in range(101):
        gitlab.act(US, "POST", "/issues", {"title": str(number)})
    assert len(asking.get("~/issues?per_page=500").json()) == 100
    assert len(asking.get("~/issues").json()) == 20
    assert refusal(asking.get("~/issues?per_page=none")) == (400, "per_page is invalid")


def test_beyond_ten_thousand_nothing_is_counted(seven: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "COUNTED", 6)
    answer = seven.get("~/issues?per_page=3")
    assert answer.headers["x-next-page"] == "2"
    assert "x-total" not in answer.headers
    assert set(answer.links) == {"next", "first"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("labels=odd", [7, 5, 3, 1]),
        ("labels=odd,even", []),
        ("not[labels]=odd", [6, 4, 2]),
        ("state=closed", []),
        ("state=opened&order_by=created_at&sort=asc", [1, 2, 3, 4, 5, 6, 7]),
        ("iids[]=2&iids[]=5", [5, 2]),
        ("search=title 3", [3]),
        ("confidential=true", []),
        ("scope=assigned_to_me", []),
        ("author_username=rosa", []),
    ],
)
def test_lists_are_filtered(seven: Asking, query: str, found: list[int]) -> None:
    assert numbers(seven.get(f"~/issues?{query}")) == found


def test_what_changed_at_the_very_moment_is_listed(seven: Asking) -> None:
    moment = seven.get("~/issues/5").json()["updated_at"]
    later = numbers(seven.get("~/issues", params={"updated_after": moment}))
    assert later[:2] == [7, 6]
    assert 5 in later
    assert refusal(seven.get("~/issues?updated_after=yesterday")) == (400, "updated_after is invalid")


@pytest.mark.parametrize("named", [SUB_GROUP_PATH, SUB_GROUP_PATH.upper()])
def test_a_project_is_found_by_its_whole_path(make_gitlab: MakeGitLab, named: str) -> None:
    gitlab = make_gitlab(Seed(path=SUB_GROUP_PATH), root="/gitlab")
    assert "/gitlab/api/v4" in gitlab.api
    with Asking(gitlab) as ask:
        found = ask.get(f"/projects/{quote(named, safe='')}").json()
        assert found["path_with_namespace"] == SUB_GROUP_PATH
        assert found["namespace"]["full_path"] == "harbour/north"
        assert found["_links"]["issues"].startswith(gitlab.api)
        assert refusal(ask.get("/projects/harbour%2Fpier"))[0] == 404
        wrong = ask.get(gitlab.api.replace("/gitlab", "") + "/projects")
        assert (wrong.status_code, wrong.json()) == (404, {"error": "404 Not Found"})


def test_a_former_path_leads_those_who_read_to_the_number(gitlab: GitLab, asking: Asking) -> None:
    asking.issue()
    gitlab.rename("harbour/quay")
    answer = asking.get("/projects/harbour%2Fpier/issues?state=all&per_page=1")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{gitlab.api}/projects/{gitlab.project.id}/issues?state=all&per_page=1"
    assert numbers(asking.get(answer.headers["location"])) == [1]
    moved = refusal(asking.post("/projects/harbour%2Fpier/issues", json={"title": "T"}))
    assert moved == (405, "Non GET methods are not allowed for moved projects")
    assert asking.get("/projects/harbour%2Fquay").json()["path_with_namespace"] == "harbour/quay"


def test_an_answer_that_is_known_is_not_sent_again(asking: Asking) -> None:
    asking.issue()
    first = asking.get("~/issues/1")
    again = asking.get("~/issues/1", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asking.put("~/issues/1", json={"title": "Changed"})
    assert asking.get("~/issues/1", headers={"if-none-match": first.headers["etag"]}).status_code == 200
