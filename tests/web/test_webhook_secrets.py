"""Secrets of webhooks: where they come from, and how they are changed while deliveries come."""

from __future__ import annotations

import itertools
import os
import threading
from typing import TYPE_CHECKING

import pytest

from gapkeeper.errors import ConfigurationError
from gapkeeper.settings.listing import unknown_variables
from gapkeeper.settings.webhook_secrets import WebhookSecrets, load_webhook_secrets
from posting import listening, no_report
from test_webhooks import ISSUE

if TYPE_CHECKING:
    from pathlib import Path

OLD = "the secret of yesterday"
NEW = "the secret of tomorrow"
VARIABLE = "GAPKEEPER_GITHUB_WEBHOOK_SECRET"


def write(file: Path, *secrets: str) -> None:
    """At once, as operators' tools do."""
    new = file.with_suffix(".new")
    new.write_text("\n".join(secrets) + "\n", "utf-8")
    new.replace(file)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestWhereTheyComeFrom:
    def test_from_the_environment(self) -> None:
        found = load_webhook_secrets({VARIABLE: OLD}, no_report)
        assert {forge: secrets.current() for forge, secrets in found.items()} == {"github": (OLD.encode(),)}

    def test_from_files(self, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text(f"\n  {NEW}\r\n\n{OLD}", "utf-8")
        found = load_webhook_secrets({"GAPKEEPER_GITLAB_WEBHOOK_SECRET_FILE": str(file)}, no_report)
        assert found["gitlab"].current() == (NEW.encode(), OLD.encode())

    def test_from_nowhere(self) -> None:
        assert load_webhook_secrets({VARIABLE: "", f"{VARIABLE}_FILE": ""}, no_report) == {}

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            (" \n", "there is no secret"),
            ("short", "fewer than 16 characters"),
            (f"{OLD}\nshort", "fewer than 16 characters"),
            (f"{OLD}\n{NEW}\n{OLD}x", "3 secrets"),
        ],
    )
    def test_what_is_of_no_use_is_an_error_that_names_the_variable(self, value: str, says: str, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text(value, "utf-8")
        for variable, given in ((VARIABLE, value), (f"{VARIABLE}_FILE", str(file))):
            with pytest.raises(ConfigurationError, match=says) as caught:
                load_webhook_secrets({variable: given}, no_report)
            assert caught.value.message.startswith(f"{variable}: ")
            assert "short" not in str(caught.value)
            assert OLD not in str(caught.value)

    @pytest.mark.parametrize("content", [None, b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe"])
    def test_a_file_that_cannot_be_read_is_an_error(self, tmp_path: Path, content: bytes | None) -> None:
        file = tmp_path / "secret"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(ConfigurationError, match=f"the file that {VARIABLE}_FILE names cannot be read"):
            load_webhook_secrets({f"{VARIABLE}_FILE": str(file)}, no_report)

    def test_both_are_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="both set"):
            load_webhook_secrets({VARIABLE: OLD, f"{VARIABLE}_FILE": str(tmp_path)}, no_report)

    def test_their_variables_are_known(self) -> None:
        names = [f"GAPKEEPER_{forge}_WEBHOOK_SECRET{end}" for forge in ("GITHUB", "GITLAB") for end in ("", "_FILE")]
        assert unknown_variables(dict.fromkeys(names, "x")) == []

    def test_they_are_never_shown(self) -> None:
        secrets = load_webhook_secrets({VARIABLE: OLD}, no_report)
        assert OLD not in f"{secrets} {secrets['github']!r}"


class TestChanges:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        write(tmp_path / "secret", OLD)
        return tmp_path / "secret"

    def test_a_file_is_looked_at_once_a_second(self, file: Path) -> None:
        clock = Clock()
        secrets = WebhookSecrets("X", file, no_report, clock)
        write(file, NEW, OLD)
        clock.now = 0.9
        assert secrets.current() == (OLD.encode(),)
        clock.now = 1.0
        assert secrets.current() == (NEW.encode(), OLD.encode())

    def test_or_when_no_secret_fits(self, file: Path) -> None:
        secrets = WebhookSecrets("X", file, no_report, Clock())
        assert not secrets.look()
        write(file, NEW, OLD)
        assert secrets.look()
        assert not secrets.look()
        assert secrets.current() == (NEW.encode(), OLD.encode())

    @pytest.mark.parametrize("content", ["", "short", f"{OLD}\n{NEW}\n{OLD}x", "\n\n"])
    def test_a_file_of_no_use_keeps_the_former_secrets_and_is_reported_once(self, file: Path, content: str) -> None:
        said: list[str] = []
        secrets = WebhookSecrets("X", file, said.append)
        file.write_text(content, "utf-8")
        assert not secrets.look()
        assert not secrets.look()
        assert secrets.current() == (OLD.encode(),)
        assert len(said) == 1
        assert said[0].endswith("; the former secrets hold")
        write(file, NEW)
        assert secrets.look()
        assert secrets.current() == (NEW.encode(),)

    def test_a_file_that_is_gone_is_reported_once_each_time(self, file: Path) -> None:
        said: list[str] = []
        secrets = WebhookSecrets("X", file, said.append)
        for round_ in (1, 2):
            file.unlink()
            for _ in range(3):
                secrets.look()
            why = "the file that X names cannot be read: No such file or directory; the former secrets hold"
            assert said == [why] * round_
            assert secrets.current() == (OLD.encode(),)
            write(file, OLD)
            secrets.look()

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read_keeps_the_former_secrets(self, file: Path) -> None:
        said: list[str] = []
        secrets = WebhookSecrets("X", file, said.append)
        file.chmod(0)
        write(file, NEW)
        file.chmod(0)
        secrets.look()
        assert secrets.current() == (OLD.encode(),)
        assert len(said) == 1


def test_secrets_are_changed_while_deliveries_come_and_none_is_refused(tmp_path: Path) -> None:
    """Old; both while the forge is changed; new. Four senders never stop, and each secret holds for its whole time."""
    file = tmp_path / "secret"
    write(file, OLD)
    secrets = load_webhook_secrets({f"{VARIABLE}_FILE": str(file)}, no_report)
    allowed = [OLD]
    stop = threading.Event()
    posted = threading.Semaphore(0)
    numbers = itertools.count()
    answers: list[tuple[str, int]] = []

    def wait_for(posts: int) -> None:
        for _ in range(posts):
            assert posted.acquire(timeout=20)

    with listening(secrets=secrets) as place:

        def post() -> None:
            for number in numbers:
                secret = allowed[number % len(allowed)]
                answer = place.github("issues", ISSUE, secret=secret, x_github_delivery=str(number))
                answers.append((secret, answer.status_code))
                posted.release()
                if stop.is_set():
                    return

        senders = [threading.Thread(target=post) for _ in range(4)]
        for sender in senders:
            sender.start()
        try:
            wait_for(40)
            for _ in range(3):
                write(file, NEW, OLD)
                allowed[:] = [OLD, NEW]
                wait_for(60)
                allowed[:] = [NEW]
                wait_for(20)  # what was signed with the old one is answered
                write(file, NEW)
                wait_for(60)
                write(file, OLD, NEW)
                allowed[:] = [OLD]
                wait_for(20)
                write(file, OLD)
                wait_for(40)
        finally:
            stop.set()
            for sender in senders:
                sender.join()
        assert {status for _, status in answers} == {202}
        assert {secret for secret, _ in answers} == {OLD, NEW}
        assert len(place.stored.kept) == len(answers)
        write(file, NEW)
        secrets["github"].look()
        assert place.github("issues", ISSUE, secret=NEW).status_code == 202
        assert place.github("issues", ISSUE, secret=OLD).status_code == 401
