"""Requests to a forge: what is sent, what is tried again, and what never is."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import TYPE_CHECKING

import httpx
import pytest

from builders import NOW
from gapkeeper.adapters.http.client import Sent
from gapkeeper.adapters.http.failures import is_limit
from gapkeeper.adapters.http.store import Kept, Store
from gapkeeper.errors import (
    ConfigurationError,
    ConflictError,
    NotAuthorisedError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    RejectedError,
    TrackerError,
    UnavailableError,
)
from http_wire import BASE, TOKEN, Server, Time, client, raising

if TYPE_CHECKING:
    from pathlib import Path

PASSING = [httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError]

#: httpx does not take every address that is none.
NOT_THERE = "points to another host|RemoteProtocolError"


def answering(*answers: httpx.Response) -> Server:
    """Each answer once, the last one for ever."""
    waiting = list(answers)
    return Server(lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0])


class TestFailures:
    @pytest.mark.parametrize("status", range(400, 600))
    @pytest.mark.parametrize("body", [{"content": b""}, {"json": {"message": "no"}}, {"json": [1]}, {"text": "<html>"}])
    def test_every_status_is_an_error_of_the_tree(self, status: int, body: dict[str, object]) -> None:
        server = Server(lambda _: httpx.Response(status, **body))  # type: ignore[arg-type]
        with pytest.raises(TrackerError, match=f"api.example.org: GET /x: {status}") as caught:
            client(server).get("/x")
        assert type(caught.value) is not TrackerError
        assert not caught.value.message.endswith(" ")

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (400, RejectedError),
            (401, NotAuthorisedError),
            (403, NotAuthorisedError),
            (404, NotFoundError),
            (408, UnavailableError),
            (409, ConflictError),
            (410, NotFoundError),
            (413, RejectedError),
            (422, RejectedError),
            (429, RateLimitedError),
            (451, NotAuthorisedError),
            (500, UnavailableError),
            (503, UnavailableError),
            (599, UnavailableError),
        ],
    )
    def test_what_a_status_means(self, status: int, error: type[TrackerError]) -> None:
        with pytest.raises(error):
            client(Server(lambda _: httpx.Response(status))).write("POST", "/x", {})

    @pytest.mark.parametrize("status", [100 + 99, 300, 304, 306, 399])
    def test_what_is_neither_success_nor_failure_is_no_answer(self, status: int) -> None:
        with pytest.raises(UnavailableError):
            client(Server(lambda _: httpx.Response(status))).get("/x")

    @pytest.mark.parametrize("body", [b"<html>", b'{"a": ', b"\xff\xfe", b"[" * 100_000])
    def test_a_success_that_is_no_json_is_none(self, body: bytes) -> None:
        with pytest.raises(UnavailableError, match="no JSON"):
            client(Server(lambda _: httpx.Response(200, content=body))).get("/x")

    @pytest.mark.parametrize("error", PASSING)
    def test_no_answer_is_never_an_answer(self, error: type[Exception]) -> None:
        with pytest.raises(UnavailableError):
            client(raising(error("boom"))).get("/x")

    def test_says_what_the_server_says_and_nothing_that_moves_a_terminal(self) -> None:
        errors = [{"resource": "Label", "code": "already_exists", "field": "name"}, "odd"]
        body = {"message": "Validation\x1b[31m Failed\n", "errors": errors}
        with pytest.raises(RejectedError) as caught:
            client(Server(lambda _: httpx.Response(422, json=body))).write("POST", "/x", {})
        assert "Validation [31m Failed  (name already_exists, odd)" in caught.value.message

    @pytest.mark.parametrize("status", [200, 401, 403, 404, 422, 429, 500])
    def test_the_token_is_in_no_error(self, status: int) -> None:
        echo = Server(lambda request: httpx.Response(status, text=str(request.headers)))
        with pytest.raises(TrackerError) as caught:
            client(echo).get("/x", {"q": "secret"})
        assert TOKEN not in f"{caught.value!r}{caught.value}{caught.value.hint}{caught.value.__cause__!r}"
        assert "secret" not in str(caught.value)


class TestLimits:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"retry-after": "17"}, 17),
            ({"retry-after": "Tue, 24 Nov 2026 12:05:00 GMT", "date": "Tue, 24 Nov 2026 12:00:00 GMT"}, 300),
            # The server's clock is an hour ahead of ours, and what counts is the difference.
            (
                {
                    "x-ratelimit-remaining": "0",
                    "x-ratelimit-reset": str(int(NOW.timestamp()) + 3600 + 90),
                    "date": "Tue, 24 Nov 2026 13:00:00 GMT",
                },
                90,
            ),
            ({}, 60),
            ({"retry-after": "soon"}, 60),
            ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 30}, 60),
            ({"retry-after": "9" * 30}, 86_400),
        ],
    )
    def test_end_when_the_server_says_so_by_our_clock(self, headers: dict[str, str], seconds: int) -> None:
        with pytest.raises(RateLimitedError) as caught:
            client(Server(lambda _: httpx.Response(429, headers=headers))).write("POST", "/x")
        assert caught.value.until == NOW + dt.timedelta(seconds=seconds)

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(403, json={"message": "You have exceeded a secondary rate limit."}),
            httpx.Response(403, json={"message": "You have triggered an abuse detection mechanism."}),
            httpx.Response(403, headers={"retry-after": "60"}),
            httpx.Response(403, headers={"x-ratelimit-remaining": "0"}),
            httpx.Response(
                422,
                json={
                    "message": "Validation Failed",
                    "errors": [{"resource": "Issue", "code": "custom", "message": "was submitted too quickly"}],
                },
            ),
        ],
    )
    def test_a_refusal_that_means_a_limit(self, answer: httpx.Response) -> None:
        with pytest.raises(RateLimitedError):
            client(Server(lambda _: answer)).get("/x")

    def test_after_one_nothing_is_sent_until_it_ends(self) -> None:
        server, time = (
            answering(httpx.Response(429, headers={"retry-after": "300"}), httpx.Response(200, json=1)),
            Time(),
        )
        forge = client(server, time=time)
        for _ in range(2):
            with pytest.raises(RateLimitedError) as caught:
                forge.write("POST", "/x")
            assert caught.value.until == NOW + dt.timedelta(seconds=300)
        assert len(server.requests) == 1
        time.sleep(300)
        assert forge.write("POST", "/x").data == 1

    def test_the_last_request_of_the_hour_is_noticed(self) -> None:
        headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 1800)}
        server = Server(lambda _: httpx.Response(200, json=1, headers=headers))
        forge = client(server)
        assert forge.get("/x").data == 1
        with pytest.raises(RateLimitedError):
            forge.get("/y")
        assert len(server.requests) == 1

    def test_a_missing_permission_is_none(self) -> None:
        with pytest.raises(NotAuthorisedError):
            client(Server(lambda _: httpx.Response(403, json={"message": "Must have admin rights"}))).get("/x")

    def test_is_no_limit_where_it_succeeded(self) -> None:
        forge = client(Server(lambda _: httpx.Response(200, json={"message": "rate limit"})))
        assert not is_limit(forge.get("/x"))


class TestTryingAgain:
    @pytest.mark.parametrize("error", PASSING)
    def test_a_read_is_tried_again_a_few_times_with_longer_waits(self, error: type[Exception]) -> None:
        server, time = Server(raising(error("boom"))), Time()
        with pytest.raises(UnavailableError):
            client(server, retries=3, time=time).get("/x")
        assert len(server.requests) == 4
        assert [low <= wait <= 2 * low for wait, low in zip(time.slept, (0.5, 1, 2), strict=True)] == [True] * 3

    def test_a_read_that_succeeds_at_last_is_a_success(self) -> None:
        server = answering(httpx.Response(502), httpx.Response(200, text="<html>"), httpx.Response(200, json=[1]))
        assert client(server, retries=3).get("/x").data == [1]

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
    def test_what_will_not_pass_is_not_tried_again(self, status: int) -> None:
        server = Server(lambda _: httpx.Response(status))
        with pytest.raises(TrackerError):
            client(server, retries=3).get("/x")
        assert len(server.requests) == 1

    def test_a_read_waits_for_a_short_limit_and_not_for_a_long_one(self) -> None:
        time = Time()
        short = answering(httpx.Response(429, headers={"retry-after": "20"}), httpx.Response(200, json=1))
        assert client(short, retries=3, time=time).get("/x").data == 1
        assert time.slept == [20]
        long = answering(httpx.Response(429, headers={"retry-after": "61"}), httpx.Response(200, json=1))
        with pytest.raises(RateLimitedError):
            client(long, retries=3, time=time).get("/x")
        assert time.slept == [20]

    @pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
    @pytest.mark.parametrize("failing", [502, 503, 429, *PASSING])
    def test_a_write_never_is(self, method: str, failing: int | type[Exception]) -> None:
        fails = raising(failing("boom")) if isinstance(failing, type) else lambda _: httpx.Response(failing)
        server, time = Server(fails), Time()
        with pytest.raises(TrackerError):
            client(server, retries=3, time=time).write(method, "/x", {})
        assert len(server.requests) == 1
        assert time.slept == []


class TestCounting:
    """Whoever counts is told of every request that was sent."""

    @pytest.fixture
    def sent(self) -> list[Sent]:
        return []

    def test_reads_and_writes_with_what_they_were_answered(self, sent: list[Sent]) -> None:
        forge = client(answering(httpx.Response(200, json={}), httpx.Response(201, json={})), sent=sent.append)
        forge.get("/x")
        forge.write("POST", "/x")
        assert sent == [Sent("read", 200, None), Sent("write", 201, None)]

    @pytest.mark.parametrize(
        ("headers", "remaining"),
        [
            ({"X-RateLimit-Remaining": "4999"}, 4999),
            ({"RateLimit-Remaining": "0"}, 0),
            ({"x-ratelimit-remaining": "many"}, None),
            ({"x-ratelimit-remaining": "-1"}, None),
            ({"x-ratelimit-remaining": "9" * 5000}, None),
        ],
    )
    def test_what_is_left_where_the_forge_says_so(
        self, sent: list[Sent], headers: dict[str, str], remaining: int | None
    ) -> None:
        client(answering(httpx.Response(200, json={}, headers=headers)), sent=sent.append).get("/x")
        assert sent == [Sent("read", 200, remaining)]

    def test_what_is_unchanged_as_that(self, sent: list[Sent]) -> None:
        answers = answering(httpx.Response(200, json={}, headers={"etag": "1"}), httpx.Response(304))
        forge = client(answers, sent=sent.append)
        forge.get("/x")
        forge.get("/x")
        assert [one.kind for one in sent] == ["read", "unchanged"]

    def test_what_is_believed_without_asking_not_at_all(self, sent: list[Sent]) -> None:
        forge = client(answering(httpx.Response(200, json={})), sent=sent.append)
        for _ in range(2):
            forge.get("/x", within=dt.timedelta(minutes=1))
        assert len(sent) == 1

    def test_a_question_by_graphql_as_a_read(self, sent: list[Sent]) -> None:
        forge = client(answering(httpx.Response(200, json={})), sent=sent.append)
        forge.query(f"{BASE}/graphql", "query { viewer { login } }", within=dt.timedelta(0))
        assert sent == [Sent("read", 200, None)]

    def test_each_redirect_and_each_time_that_it_is_tried_again(self, sent: list[Sent]) -> None:
        moved = httpx.Response(307, headers={"location": f"{BASE}/y"})
        answers = answering(httpx.Response(503), moved, httpx.Response(200, json={}))
        client(answers, retries=1, sent=sent.append).get("/x")
        assert [one.status for one in sent] == [503, 307, 200]
        assert len(sent) == len(answers.requests)

    def test_a_request_without_an_answer(self, sent: list[Sent]) -> None:
        forge = client(raising(httpx.ReadTimeout("boom")), sent=sent.append)
        for ask in (lambda: forge.get("/x"), lambda: forge.write("PATCH", "/x")):
            with pytest.raises(UnavailableError):
                ask()
        assert sent == [Sent("read", None, None), Sent("write", None, None)]

    def test_nothing_where_nothing_was_sent(self, sent: list[Sent]) -> None:
        forge = client(answering(httpx.Response(200)), read_only="github:o/r", sent=sent.append)
        with pytest.raises(RefusedError):
            forge.write("POST", "/x")
        assert sent == []


class TestReadOnly:
    @pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
    def test_a_write_is_refused_before_the_network(self, method: str) -> None:
        server = Server(lambda _: httpx.Response(200, json=1))
        forge = client(server, read_only="github:o/r")
        with pytest.raises(RefusedError, match="github:o/r was opened to be read"):
            forge.write(method, "/x", {})
        assert server.requests == []
        assert forge.get("/x").data == 1


class TestEnvironment:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SSL_CERT_FILE", "/nowhere/hunter2.pem"),
            ("SSL_CERT_FILE", __file__),
            ("HTTPS_PROXY", "ftp://user:hunter2@127.0.0.1"),
            ("ALL_PROXY", "socks5://user:hunter2@127.0.0.1"),
        ],
    )
    def test_that_names_a_proxy_or_certificates_of_no_use_is_no_bug_of_ours(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError, match="proxies or certificates") as caught:
            client(None)
        assert name in str(caught.value.hint)
        assert "hunter2" not in f"{caught.value}{caught.value.__cause__}"


class TestHost:
    @pytest.mark.parametrize(
        "place",
        [
            "https://evil.example/x",
            "//evil.example/x",
            "https://api.example.org.evil.example/x",
            "https://api.example.org@evil.example/x",
            "https://user:pw@api.example.org/x",
            "http://api.example.org/x",
            "https://api.example.org:8443/x",
            "https://[::1/x",
            "file:///etc/passwd",
        ],
    )
    def test_the_token_goes_to_no_other(self, place: str) -> None:
        for answer in (
            httpx.Response(302, headers={"location": place}),
            httpx.Response(307, headers={"location": place}),
            httpx.Response(200, json=[], headers={"link": f'<{place}>; rel="next"'}),
        ):
            server = Server(lambda _, answer=answer: answer)
            with pytest.raises(UnavailableError, match=NOT_THERE):
                list(client(server).pages("/x"))
            if answer.status_code == 307:
                with pytest.raises(UnavailableError, match=NOT_THERE):
                    client(server).write("POST", "/x")
            assert {request.url.host for request in server.requests} == {"api.example.org"}

    def test_is_followed_where_a_project_was_renamed(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/repositories/7/issues":
                return httpx.Response(200, json=[request.url.query.decode()])
            return httpx.Response(
                307, headers={"location": f"{BASE}/repositories/7/issues?{request.url.query.decode()}"}
            )

        server = Server(answer)
        forge = client(server)
        assert forge.get("/repos/o/r/issues", {"page": 1}).data == ["page=1"]
        assert forge.write("POST", "/repos/o/r/issues", {"title": "x"}).data == [""]
        assert server.requests[-1].method == "POST"
        assert server.requests[-1].content == b'{"title":"x"}'

    def test_a_write_is_not_made_a_read_by_a_redirect(self) -> None:
        server = Server(lambda _: httpx.Response(302, headers={"location": f"{BASE}/y"}))
        with pytest.raises(UnavailableError):
            client(server).write("POST", "/x")
        assert server.asked == ["POST /x"]

    def test_redirects_in_a_circle_end(self) -> None:
        server = Server(lambda _: httpx.Response(301, headers={"location": "/x"}))
        with pytest.raises(UnavailableError, match="without end"):
            client(server).get("/x")
        assert len(server.requests) < 10


class TestPages:
    def test_are_all_read(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            page = int(request.url.params.get("page", "1"))
            link = f'<{BASE}/x?page=9>; rel="last", <{BASE}/x?page={page + 1}>; rel="next"' if page < 3 else ""
            return httpx.Response(200, json=[page], headers={"link": link})

        assert [page.data for page in client(Server(answer)).pages("/x")] == [[1], [2], [3]]

    def test_that_lead_to_each_other_end(self) -> None:
        server = Server(lambda _: httpx.Response(200, json=[], headers={"link": f'<{BASE}/x?page=2>; rel="next"'}))
        with pytest.raises(UnavailableError, match="do not end"):
            list(client(server).pages("/x"))
        assert len(server.requests) < 5

    @pytest.mark.parametrize("data", [{}, None, "x", 1])
    def test_that_are_no_lists_are_no_pages(self, data: object) -> None:
        with pytest.raises(UnavailableError, match="no list"):
            list(client(Server(lambda _: httpx.Response(200, json=data))).pages("/x"))


def with_etags(data: object) -> Server:
    """A server that answers 304 to what it said before."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == 'W/"1"':
            return httpx.Response(304)
        return httpx.Response(200, json=data, headers={"etag": 'W/"1"', "link": f'<{BASE}/y>; rel="next"'})

    return Server(answer)


class TestCache:
    def test_what_is_unchanged_below_a_redirect_is_asked_for_once(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/repos/old":
                return httpx.Response(301, headers={"location": "/repositories/7"})
            known = request.headers.get("if-none-match") == '"1"'
            return httpx.Response(304) if known else httpx.Response(200, json={"id": 7}, headers={"etag": '"1"'})

        server = Server(answer)
        forge = client(server)
        for _ in range(2):
            assert forge.get("/repos/old").data == {"id": 7}
        assert server.asked == ["GET /repos/old", "GET /repositories/7"] * 2

    def test_what_is_unchanged_comes_from_the_run_before(self, tmp_path: Path) -> None:
        server, path = with_etags([1, "ü"]), tmp_path / "forge.db"
        first = client(server, store=Store(path)).get("/x")
        forge = client(server, store=Store(path))
        second = forge.get("/x")
        assert second.data == first.data == [1, "ü"]
        assert second.next == first.next == f"{BASE}/y"
        assert (first.unchanged, second.unchanged) == (False, True)
        assert (forge.count.reads, forge.count.unchanged) == (1, 1)

    def test_an_unchanged_page_can_have_got_one_after_it(self) -> None:
        after = {"link": f'<{BASE}/y>; rel="next"'}

        def answer(request: httpx.Request) -> httpx.Response:
            known = request.headers.get("if-none-match") == '"1"'
            return (
                httpx.Response(304, headers=after) if known else httpx.Response(200, json=[1], headers={"etag": '"1"'})
            )

        forge = client(Server(answer))
        assert forge.get("/x").next is None
        for _ in range(2):
            unchanged = forge.get("/x")
            assert (unchanged.data, unchanged.next) == ([1], f"{BASE}/y")
        assert forge.get("/x", within=dt.timedelta(minutes=1)).next == f"{BASE}/y"

    def test_another_token_misses(self, tmp_path: Path) -> None:
        server, path = with_etags([1]), tmp_path / "forge.db"
        client(server, store=Store(path)).get("/x")
        other = client(server, store=Store(path), token=TOKEN[1:])
        assert not other.get("/x", within=dt.timedelta(days=1)).unchanged
        assert "if-none-match" not in server.requests[-1].headers

    def test_holds_no_token(self, tmp_path: Path) -> None:
        path = tmp_path / "forge.db"
        store = Store(path)
        client(with_etags([1]), store=store).get("/x")
        store.close()
        assert TOKEN.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert path.stat().st_mode & 0o077 == 0

    def test_what_is_young_enough_is_not_asked_for(self) -> None:
        server, time = with_etags([1]), Time()
        forge, hour = client(server, time=time), dt.timedelta(hours=1)
        for _ in range(3):
            assert forge.get("/x", within=hour).data == [1]
        assert len(server.requests) == 1
        time.sleep(3601)
        forge.get("/x", within=hour)
        forge.get("/x", within=hour)
        assert len(server.requests) == 2
        time.sleep(-7200)  # the clock was set back
        forge.get("/x", within=hour)
        assert len(server.requests) == 3

    def test_a_304_to_what_nobody_asked_with_is_no_answer(self) -> None:
        with pytest.raises(UnavailableError):
            client(Server(lambda _: httpx.Response(304))).get("/x")

    @pytest.mark.parametrize("damage", ["text", "body", "locked", "version", "folder"])
    def test_what_is_damaged_or_locked_is_done_without(self, tmp_path: Path, damage: str) -> None:
        path = tmp_path / "forge.db"
        if damage != "folder":
            store = Store(path)
            store.keep("a", f"{BASE}/x", Kept('"1"', None, [1], NOW))
            store.close()
        connection = sqlite3.connect(path if damage != "text" else ":memory:")
        if damage == "text":
            path.write_text("no database")
        elif damage == "body":
            connection.execute("UPDATE answers SET body = x'00'")
            connection.commit()
        elif damage == "version":
            connection.execute("PRAGMA user_version = 99")
        elif damage == "folder":
            path.unlink(missing_ok=True)
            path.mkdir()
        else:
            connection.execute("BEGIN EXCLUSIVE")
        try:
            store = Store(path, busy_seconds=0)
            forge = client(with_etags([2]), store=store)
            assert forge.get("/x").data == [2]
            assert forge.get("/x").unchanged
        finally:
            connection.close()
