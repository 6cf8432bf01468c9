"""A sender that knows the secret may still send anything: it is answered, and nothing breaks."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gitlab_payloads
from gapkeeper.entry.web.events.repositories import Configured, Repositories
from gapkeeper.entry.web.inbox import Inbox
from gapkeeper.entry.web.intake import Intake
from gapkeeper.entry.web.receiving import Received, Receiver
from gapkeeper.entry.web.senders import GITHUB, GITLAB, SENDERS, Sender
from posting import GITHUB_SIGNS, GITLAB_SIGNS, NOW, SECOND, Stored, fixed, github_headers, gitlab_headers
from test_webhook_rules import examples

if TYPE_CHECKING:
    from random import Random

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**400, 1.5, 1e300, "", "0", "\ud800", "refs/heads/", "x" * 5_000,
    [], [None], [[]], {}, {"": None}, {"id": {}}, [{"id": "1"}],
)  # fmt: skip

HARBOUR = {"id": 42, "full_name": "harbour/pier", "default_branch": "main"}

#: With all that a rule reads, whatever the event.
GITHUB_WHOLE = {
    "action": "edited",
    "number": 7,
    "ref": "refs/heads/main",
    "deleted": False,
    "repository": HARBOUR,
    "sender": {"login": "rosa"},
    "changes": {
        "base": {"ref": {"from": "next"}},
        "repository": {"name": {"from": "jetty"}},
        "owner": {"from": {"user": {"login": "port"}, "organization": {"login": "port"}}},
    },
    "installation": {"account": {"login": "harbour"}},
    "repositories": [HARBOUR],
    "repositories_added": [HARBOUR],
}
GITLAB_WHOLE = gitlab_payloads.pushed_to() | gitlab_payloads.push()


@cache
def receiver(sender: Sender) -> Receiver:
    """One that knows every repository that payloads of the tests name."""
    names = [(p.get("repository") or {}).get("full_name", "") for _, p in examples()]
    configured = [Configured(name, "github", name) for name in {*names, "harbour/pier"} - {""}]
    repositories = Repositories([*configured, Configured("ferry", "gitlab", "harbour/ferry")])
    secret = fixed(GITHUB_SIGNS if sender is GITHUB else GITLAB_SIGNS)
    inbox = Inbox(Stored(), clock=lambda: NOW, debounce=SECOND)
    return Receiver(sender, secret, lambda: repositories, inbox, lambda *_: None, Intake(1_000, 1))


def deliver(sender: Sender, event: str, body: bytes) -> Received:
    """What it is found to be; everything that is stored of it is sane."""
    headers = github_headers(event, body) if sender is GITHUB else gitlab_headers(event)
    read = receiver(sender).read(headers, body)
    assert read.received in {Received.ACCEPTED, Received.IGNORED, Received.MALFORMED}
    assert (read.delivery is not None) == (read.received is Received.ACCEPTED)
    for job in read.delivery.jobs if read.delivery else ():
        assert type(job.pull) is int
        assert 0 <= job.pull < 2**63
    assert "\n" not in read.detail
    return read.received


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [way for key, inner in items for way in paths(inner, (*path, key))]
    return [path, *below] if path else below


def put(payload: Any, path: tuple[Any, ...], value: object, *, drop: bool = False) -> Any:  # noqa: ANN401 - JSON
    """The payload with another value, or none, at the end of a path."""
    changed = copy.deepcopy(payload)
    place = changed
    for key in path[:-1]:
        place = place[key]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


EVENTS = [
    *((GITHUB, event, GITHUB_WHOLE) for event in ("issues", "push", "pull_request", "repository")),
    *((GITHUB, event, GITHUB_WHOLE) for event in ("installation", "installation_repositories", "ping")),
    *((GITLAB, f"{event} Hook", GITLAB_WHOLE) for event in ("Push", "Issue", "Merge Request", "Note", "System")),
]


@pytest.mark.parametrize(("sender", "event", "whole"), EVENTS, ids=[event for _, event, _ in EVENTS])
def test_anything_may_stand_where_a_rule_reads(sender: Sender, event: str, whole: dict[str, Any]) -> None:
    found = {deliver(sender, event, json.dumps(whole).encode())}
    for path in paths(whole):
        found.add(deliver(sender, event, json.dumps(put(whole, path, None, drop=True)).encode()))
        for junk in JUNK:
            found.add(deliver(sender, event, json.dumps(put(whole, path, junk)).encode()))
    assert Received.MALFORMED in found or event in {"ping", "Note Hook", "System Hook"}


@given(st.randoms(use_true_random=False), st.integers(0, 10_000))
def test_payloads_that_were_changed_at_random_are_answered(random: Random, index: int) -> None:
    everything = [(GITHUB, *example) for example in examples()] + [(GITLAB, *one) for one in gitlab_payloads.ALL]
    sender, event, payload = everything[index % len(everything)]
    for _ in range(random.randint(1, 5)):
        ways = paths(payload)
        if ways:
            payload = put(payload, random.choice(ways), random.choice(JUNK), drop=random.random() < 0.4)
    deliver(sender, event, json.dumps(payload).encode())


@given(st.binary(), st.text(st.characters(max_codepoint=255)))
def test_bytes_that_mean_nothing_are_answered(body: bytes, event: str) -> None:
    for sender in SENDERS:
        deliver(sender, event, body)


def test_every_payload_that_github_once_sent_is_understood() -> None:
    for event, payload in examples():
        assert deliver(GITHUB, event, json.dumps(payload).encode()) in {Received.ACCEPTED, Received.IGNORED}


def test_every_payload_of_gitlab_is_understood() -> None:
    for event, payload in gitlab_payloads.ALL:
        assert deliver(GITLAB, event, json.dumps(payload).encode()) in {Received.ACCEPTED, Received.IGNORED}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is no JSON"),
        (b"[]", "it is no object"),
        (b"null", "it is no object"),
        (b'{"action": "opened"', "it is no JSON"),
        (b'{"action": "opened", "action": "closed"}', "a key comes twice"),
        (b'{"a": {"b": 1, "b": 1}}', "a key comes twice"),
        (b'{"number": NaN}', "NaN is no number"),
        (b'{"number": -Infinity}', "-Infinity is no number"),
        (b'{"number": ' + b"9" * 10_000 + b"}", "it has a number without end"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "it is nested too deeply"),
        (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "it is nested too deeply"),
        (b'{"a": "\xff"}', "it is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "it is not UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}', "it is no JSON"),
    ],
)  # fmt: skip
def test_what_is_no_payload_is_malformed_and_the_sender_is_told_why(body: bytes, why: str) -> None:
    read = receiver(GITHUB).read(github_headers("issues", body), body)
    assert (read.received, read.detail) == (Received.MALFORMED, why)
