"""The public listener, over real sockets."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import pytest
from starlette.datastructures import Address

import gitlab_payloads
from gapkeeper.entry.web import intake
from gapkeeper.errors import BusyError, UnavailableError
from gapkeeper.model.jobs import Delivery, Job, JobKind
from gapkeeper.settings.webhook_secrets import WebhookSecrets
from posting import (
    GITHUB_SIGNS,
    GITLAB_SIGNS,
    SECOND,
    Place,
    Stored,
    fixed,
    github_headers,
    gitlab_headers,
    listening,
    no_report,
    sign,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ISSUE = {"action": "opened", "repository": {"id": 4242, "full_name": "harbour/pier"}, "sender": {"login": "rosa"}}
BODY = json.dumps(ISSUE).encode()
LARGE = json.dumps(ISSUE | {"more": "x" * 250_000}).encode()


@pytest.fixture(scope="module")
def shared() -> Iterator[Place]:
    """Starting and stopping one takes longer than most tests."""
    with listening() as it:
        yield it


@pytest.fixture
def place(shared: Place) -> Place:
    shared.reset()
    return shared


def test_a_delivery_of_github_is_stored_before_it_is_answered(place: Place) -> None:
    answer = place.github("issues", ISSUE)
    assert (answer.status_code, answer.text) == (202, "accepted\n")
    (stored,) = place.stored.kept.values()
    assert stored == Delivery(
        "github", "72d3162e-cc78-11e3-81ab-4c9367dc0958", "issues", (Job(JobKind.RECONCILE, "harbour"),)
    )
    assert place.stored.dues == [SECOND]
    assert place.observed == [("github", "issues", "accepted")]


def test_a_delivery_of_gitlab_is_stored_before_it_is_answered(place: Place) -> None:
    answer = place.gitlab("Merge Request Hook", gitlab_payloads.pushed_to())
    assert (answer.status_code, answer.text) == (202, "accepted\n")
    (stored,) = place.stored.kept.values()
    assert stored == Delivery(
        "gitlab", "f5e57ea0-8d4b-4d1c-a9b5-0a9f5b6c2f10", "merge_request", (Job(JobKind.REVIEW, "ferry", 7),)
    )
    assert place.observed == [("gitlab", "merge_request", "accepted")]


def test_githubs_form_is_read_as_well(place: Place) -> None:
    payload = ISSUE | {"issue": {"title": "Ä&=+%"}}
    body = urlencode({"payload": json.dumps(payload, ensure_ascii=False)}).encode()
    assert place.github("issues", body, content_type="application/x-www-form-urlencoded").text == "accepted\n"


@pytest.mark.parametrize(
    "body", [b"", b"payload=", b"other={}", b"payload={}&payload={}", b"payload=%ff", b'payload={"a": "%ff"}', b"\xff"]
)
def test_a_form_that_is_none_of_githubs_is_malformed(place: Place, body: bytes) -> None:
    assert place.github("issues", body, content_type="application/x-www-form-urlencoded").status_code == 400


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_other_content_types_are_malformed(place: Place, kind: str) -> None:
    assert place.github("issues", ISSUE, content_type=kind).status_code == 400


def test_what_asks_for_nothing_is_not_stored(place: Place) -> None:
    assert place.github("ping", {"zen": "Design for failure."}).text == "nothing to do\n"
    assert place.gitlab("Push Hook", gitlab_payloads.push("gapkeeper/docs", who="KEEPER")).text == "nothing to do\n"
    assert place.stored.kept == {}


def test_who_knows_the_secret_is_told_that_a_repository_is_not_kept(place: Place) -> None:
    said = "nothing to do: the service keeps no such repository\n"
    assert place.github("issues", {"repository": {"id": 1, "full_name": "a/b"}}).text == said
    assert place.gitlab("Issue Hook", {"project": {"id": 1, "path_with_namespace": "a/b"}}).text == said
    assert {outcome for *_, outcome in place.observed} == {"ignored"}
    assert place.stored.kept == {}


class TestReplays:
    def test_the_same_delivery_again_is_known(self, place: Place) -> None:
        for said in ("accepted\n", "accepted before\n", "accepted before\n"):
            assert place.github("issues", ISSUE).text == said
        assert [outcome for *_, outcome in place.observed] == ["accepted", "replayed", "replayed"]

    def test_another_delivery_of_the_same_is_not(self, place: Place) -> None:
        assert place.github("issues", ISSUE, x_github_delivery="1").text == "accepted\n"
        assert place.github("issues", ISSUE, x_github_delivery="2").text == "accepted\n"

    @pytest.mark.parametrize("id_", ["", "\xe4" * 5, "x" * 5_000, "two words"])
    def test_a_delivery_without_a_sane_id_is_known_by_its_body(self, place: Place, id_: str) -> None:
        changes = {"x_github_delivery": id_.encode("latin-1")}
        assert place.github("issues", ISSUE, **changes).text == "accepted\n"  # type: ignore[arg-type]
        assert place.github("issues", ISSUE, **changes).text == "accepted before\n"  # type: ignore[arg-type]
        assert place.github("issues", ISSUE | {"x": 1}, **changes).text == "accepted\n"  # type: ignore[arg-type]
        assert all(len(delivery) == 64 for _, delivery in place.stored.kept)

    def test_elder_gitlabs_repeat_their_uuids_and_body(self, place: Place) -> None:
        payload = gitlab_payloads.issue()
        assert place.gitlab("Issue Hook", payload, idempotency_key="").text == "accepted\n"
        assert place.gitlab("Issue Hook", payload, idempotency_key="").text == "accepted before\n"
        other = place.gitlab("Issue Hook", payload, idempotency_key="", x_gitlab_event_uuid="another")
        assert other.text == "accepted\n"

    def test_events_that_set_each_other_off_share_a_uuid_and_are_both_taken(self, place: Place) -> None:
        assert place.gitlab("Issue Hook", gitlab_payloads.issue(), idempotency_key="").text == "accepted\n"
        assert place.gitlab("Issue Hook", gitlab_payloads.issue("close"), idempotency_key="").text == "accepted\n"


class TestSignatures:
    @pytest.mark.parametrize(
        "signature",
        [
            "", "sha256=", sign(GITHUB_SIGNS, BODY)[:-1], sign(GITHUB_SIGNS, BODY) + "0",
            sign(GITHUB_SIGNS, BODY + b" "), sign(GITLAB_SIGNS, BODY), sign("", BODY),
            sign(GITHUB_SIGNS, BODY).removeprefix("sha256="), sign(GITHUB_SIGNS, BODY).replace("sha256", "sha1"),
            "sha256=" + "\xe4" * 64, "x" * 10_000,
        ],
    )  # fmt: skip
    def test_githubs_has_to_be_the_one_of_the_body(self, place: Place, signature: str) -> None:
        headers = github_headers("issues", BODY) | {"x-hub-signature-256": signature.encode("latin-1")}
        answer = place.post("/webhooks/github", BODY, headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.text) == (401, "no valid signature\n")
        assert place.observed == [("github", "other", "unsigned")]

    def test_githubs_has_to_be_there(self, place: Place) -> None:
        headers = github_headers("issues", BODY)
        del headers["x-hub-signature-256"]
        assert place.post("/webhooks/github", BODY, headers).status_code == 401

    @pytest.mark.parametrize("token", ["", GITLAB_SIGNS[:-1], GITLAB_SIGNS + "x", GITHUB_SIGNS, GITLAB_SIGNS.upper()])
    def test_gitlabs_token_has_to_be_the_secret(self, place: Place, token: str) -> None:
        assert place.gitlab("Issue Hook", gitlab_payloads.issue(), x_gitlab_token=token).status_code == 401
        assert place.observed == [("gitlab", "other", "unsigned")]

    def test_nothing_is_parsed_before_the_signature_holds(self, place: Place) -> None:
        assert place.github("issues", b"[" * 1_000, secret="of somebody else").status_code == 401  # noqa: S106
        assert place.github("issues", b"[" * 1_000).status_code == 400

    def test_a_large_body_is_verified_as_well(self, place: Place) -> None:
        large = ISSUE | {"issue": {"body": "x" * 500_000}}
        assert place.github("issues", large, secret="of somebody else").status_code == 401  # noqa: S106
        assert place.github("issues", large).status_code == 202

    def test_a_forge_without_a_secret_is_not_there(self) -> None:
        with listening(secrets={"gitlab": fixed(GITLAB_SIGNS)}) as place:
            assert place.github("issues", ISSUE).status_code == 404
            assert place.gitlab("Issue Hook", gitlab_payloads.issue()).status_code == 202


class TestSigningTokens:
    """GitLab's, which sign as Standard Webhooks says."""

    key = b"thirty-two bytes that nobody has"
    token = "whsec_" + base64.b64encode(key).decode()

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls) -> Iterator[Place]:
        secrets = WebhookSecrets("TEST", (cls.token.encode(), b"the token of before"), no_report)
        with listening(secrets={"gitlab": secrets}) as it:
            yield it

    def post(self, place: Place, *, id_: str = "msg_1", moment: str = "1700000000", **headers: str) -> str:
        body = json.dumps(gitlab_payloads.issue()).encode()
        made = hmac.new(self.key, f"{id_}.{moment}.".encode() + body, hashlib.sha256).digest()
        signed = {
            "webhook_id": id_,
            "webhook_timestamp": moment,
            "webhook_signature": "v1," + base64.b64encode(made).decode(),
            "x_gitlab_token": "",
        }
        answer = place.post("/webhooks/gitlab", body, gitlab_headers("Issue Hook", **signed | headers))
        return answer.text.strip()

    def test_what_is_signed_with_one_is_taken_once(self, place: Place) -> None:
        assert self.post(place) == "accepted"
        assert self.post(place) == "accepted before"
        assert self.post(place, idempotency_key="what is not signed counts for nothing") == "accepted before"
        assert self.post(place, id_="msg_2") == "accepted"

    def test_one_of_several_signatures_is_enough(self, place: Place) -> None:
        body = json.dumps(gitlab_payloads.issue()).encode()
        made = base64.b64encode(hmac.new(self.key, b"msg_1.1700000000." + body, hashlib.sha256).digest()).decode()
        assert self.post(place, webhook_signature=f"v1a,abc v1,AAAA v1,{made}") == "accepted"

    @pytest.mark.parametrize(
        "headers",
        [
            {"webhook_id": "msg_3"}, {"webhook_timestamp": "1700000001"}, {"webhook_signature": ""},
            {"webhook_signature": "v1,"}, {"webhook_signature": "v1,AAAA"}, {"webhook_signature": "v1,A " * 999 + "x"},
        ],
    )  # fmt: skip
    def test_all_of_it_is_signed(self, place: Place, headers: dict[str, str]) -> None:
        assert self.post(place, **headers) == "no valid signature"

    def test_a_signing_token_is_no_token(self, place: Place) -> None:
        assert self.post(place, webhook_signature="", x_gitlab_token=self.token) == "no valid signature"

    def test_while_it_is_changed_the_token_of_before_counts(self, place: Place) -> None:
        assert self.post(place, webhook_signature="", x_gitlab_token="the token of before") == "accepted"  # noqa: S106

    def test_a_signing_token_that_is_none_signs_nothing(self) -> None:
        broken = WebhookSecrets("TEST", (b"whsec_not base64, which",), no_report)
        with listening(secrets={"gitlab": broken}) as place:
            for signature in ("", "v1,", "v1,AAAA"):
                assert self.post(place, webhook_signature=signature) == "no valid signature"


class TestLimits:
    def test_a_body_may_be_as_long_as_the_limit(self) -> None:
        with listening(body_limit=len(BODY)) as place:
            assert place.github("issues", BODY).status_code == 202
            assert place.github("issues", BODY + b" ").status_code == 413
            assert place.observed[-1] == ("github", "other", "too_large")

    def test_a_body_without_a_length_is_counted_while_it_comes(self) -> None:
        with listening(body_limit=100_000) as place:
            signed = github_headers("issues", b"")
            pieces = (b"x" * 10_000 for _ in range(200))
            answer = place.client.post(f"{place.url}/webhooks/github", content=pieces, headers=signed)
            assert (answer.status_code, answer.text) == (413, "too large\n")

    def test_a_body_without_a_length_is_taken(self, place: Place) -> None:
        pieces = iter([BODY[:10], BODY[10:]])
        headers = github_headers("issues", BODY)
        assert place.client.post(f"{place.url}/webhooks/github", content=pieces, headers=headers).status_code == 202

    def test_bodies_of_strangers_do_not_fill_the_memory(self, slow: Slow) -> None:
        """Eight of the largest have room; while they are on their way a ninth is told to come again, if it is large."""
        with listening(body_limit=300_000) as place, slow.bodies(place, 8, 300_000) as bodies:
            assert place.github("issues", LARGE).status_code == 503
            assert place.observed[-1] == ("github", "other", "overloaded")
            assert place.github("issues", ISSUE).status_code == 202
            for one in bodies:
                one.sendall(b"x")
                assert one.recv(100).startswith(b"HTTP/1.1 401 ")
            assert place.github("issues", LARGE, x_github_delivery="last").status_code == 202

    def test_small_bodies_always_have_room(self, slow: Slow) -> None:
        """However many do not come to their end."""
        with listening(body_limit=10_000) as place, slow.bodies(place, 100, 10_000):
            for number in range(20):
                assert place.github("issues", ISSUE, x_github_delivery=str(number)).status_code == 202

    def test_what_is_said_to_come_takes_no_room(self) -> None:
        with listening(body_limit=300_000) as place, contextlib.ExitStack() as many:
            for _ in range(20):
                one = many.enter_context(connect(place))
                one.sendall(head(300_000) + b"x" * 150_000)
            for number in range(20):
                assert place.github("issues", LARGE, x_github_delivery=str(number)).status_code == 202

    def test_one_stranger_has_no_room_for_many_large_ones(self, slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
        def sender_of(client: Address | None) -> str | None:
            assert client
            return client.host

        monkeypatch.setattr(intake, "sender_of", sender_of)
        with listening(body_limit=300_000) as place, slow.bodies(place, 2, 300_000) as bodies:
            assert place.github("issues", LARGE).status_code == 503
            assert place.observed[-1] == ("github", "other", "overloaded")
            with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as other:
                for number in ("one", "two"):  # one after the other
                    signed = github_headers("issues", LARGE, x_github_delivery=number)
                    answer = other.post(f"{place.url}/webhooks/github", content=LARGE, headers=signed)
                    assert answer.status_code == 202
            assert place.github("issues", ISSUE).status_code == 202
            for one in bodies:
                one.sendall(b"x")
                assert one.recv(100).startswith(b"HTTP/1.1 401 ")
            assert place.github("issues", LARGE, x_github_delivery="last").status_code == 202

    @pytest.mark.parametrize(
        ("host", "sender"),
        [
            ("140.82.112.7", "140.82.112.7/32"),
            ("::ffff:140.82.112.7", "140.82.112.7/32"),
            ("2606:50c0:1:2:3:4:5:6", "2606:50c0:1:2::/64"),
            ("127.0.0.1", None),
            ("10.1.2.3", None),
            ("::ffff:172.17.0.1", None),
            ("::1", None),
            ("fd00::7", None),
            ("fe80::1%eth0", None),
        ],
    )
    def test_senders_are_told_apart_by_address_but_for_those_behind_a_proxy(self, host: str, sender: str) -> None:
        assert intake.sender_of(Address(host, 4_711)) == sender

    def test_half_a_body_is_answered_when_its_time_is_over(self) -> None:
        with listening(body_seconds=0.2) as place, connect(place) as slow:
            slow.sendall(b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
            with slow.makefile("rb") as answer:
                head, _, text = answer.read().partition(b"\r\n\r\n")  # to the end: the connection is closed
            assert head.startswith(b"HTTP/1.1 408 ")
            assert b"\r\nconnection: close\r\n" in head + b"\r\n"
            assert text == b"too slow\n"
            assert place.observed == [("github", "other", "slow")]
            assert place.github("issues", ISSUE).status_code == 202

    def test_a_sender_that_goes_away_half_way_leaves_nothing(self, place: Place) -> None:
        for _ in range(20):
            with connect(place) as gone:
                gone.sendall(b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        assert place.github("issues", ISSUE).status_code == 202
        assert set(place.observed) <= {("github", "other", "slow"), ("github", "issues", "accepted")}

    def test_large_payloads_keep_nobody_waiting(self) -> None:
        """A bomb of a megabyte takes a thread; meanwhile the event loop answers."""
        with listening(body_limit=2_000_000) as place:
            bomb = json.dumps(ISSUE | {"all": [{}] * 250_000}).encode()
            bombs = [threading.Thread(target=place.github, args=("issues", bomb)) for _ in range(3)]
            for one in bombs:
                one.start()
            while any(one.is_alive() for one in bombs):
                assert place.client.get(f"{place.url}/healthz").elapsed.total_seconds() < 5
            for one in bombs:
                one.join()
            assert {outcome for *_, outcome in place.observed} <= {"accepted", "replayed"}


class TestTrouble:
    @pytest.mark.parametrize("trouble", [UnavailableError("disk full"), BusyError("held"), RuntimeError("a bug")])
    def test_what_cannot_be_stored_is_not_taken(self, place: Place, trouble: Exception) -> None:
        place.stored.trouble = trouble
        for _ in range(3):
            answer = place.github("issues", ISSUE)
            assert (answer.status_code, answer.text) == (503, "not available\n")
            assert int(answer.headers["retry-after"]) > 0
        assert place.observed[-1] == ("github", "issues", "error")
        place.stored.trouble = None
        assert place.github("issues", ISSUE).text == "accepted\n"

    def test_more_than_can_be_stored_in_time_is_sent_away(self) -> None:
        stored = Stored()
        with listening(stored=stored, most=3) as place:
            stored.gate.clear()
            answers: list[int] = []
            answered = threading.Semaphore(0)

            def post(number: int) -> None:
                answers.append(place.github("issues", ISSUE, x_github_delivery=str(number)).status_code)
                answered.release()

            posting = [threading.Thread(target=post, args=(number,)) for number in range(20)]
            posting[0].start()
            assert stored.begun.acquire(timeout=20)  # one is in a commit that takes long; then three wait
            for one in posting[1:]:
                one.start()
            assert all(answered.acquire(timeout=20) for _ in range(16))
            assert set(answers) == {503}
            stored.gate.set()
            for one in posting:
                one.join()
            assert answers.count(202) == len(stored.kept) == 4
            assert place.observed.count(("github", "issues", "overloaded")) == 16


class TestOtherRequests:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
    def test_webhooks_are_posted(self, place: Place, method: str) -> None:
        assert place.client.request(method, f"{place.url}/webhooks/github").status_code == 405

    @pytest.mark.parametrize("path", ["/", "/webhooks", "/webhooks/github/", "/webhooks/gitea", "/metrics", "/docs"])
    def test_there_is_nothing_else(self, place: Place, path: str) -> None:
        assert place.client.post(place.url + path, content=BODY).status_code == 404
        assert place.client.get(place.url + path).status_code == 404

    def test_the_process_lives(self, place: Place) -> None:
        place.reason.append("the disk of db1.internal is full")
        answer = place.client.get(f"{place.url}/healthz")
        assert (answer.status_code, answer.text) == (200, "alive\n")

    def test_it_is_ready_when_nothing_is_wrong_and_strangers_do_not_see_what_is(self, place: Place) -> None:
        answer = place.client.get(f"{place.url}/readyz")
        assert (answer.status_code, answer.text) == (200, "ready\n")
        place.reason.append("the disk of db1.internal is full")
        answer = place.client.get(f"{place.url}/readyz")
        assert (answer.status_code, answer.text) == (503, "not ready\n")


def head(length: int) -> bytes:
    return b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % length


class Slow:
    """Bodies that have come to a listener but for one byte."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._arrived = threading.Semaphore(0)
        grow = intake._Share.grow

        def tell(share: intake._Share, length: int) -> bool:
            if length == self._length - 1:
                self._arrived.release()
            return grow(share, length)

        monkeypatch.setattr(intake._Share, "grow", tell)

    @contextlib.contextmanager
    def bodies(self, place: Place, amount: int, length: int) -> Iterator[list[socket.socket]]:
        """The connections on which they come."""
        self._length = length
        with contextlib.ExitStack() as open_:
            slow = [open_.enter_context(connect(place)) for _ in range(amount)]
            for one in slow:
                one.sendall(head(length) + b"x" * (length - 1))
                assert self._arrived.acquire(timeout=20)
            yield slow


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


def connect(place: Place) -> socket.socket:
    return socket.create_connection(("127.0.0.1", place.port), timeout=20)
