"""Documents that are kept parsed between runs: the same as reading them anew, at the price of what changed."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from gapkeeper import wiring
from gapkeeper.app.documents import Documents
from gapkeeper.app.parsed import Lru, ParsedDocuments
from gapkeeper.errors import DocumentsError
from gapkeeper.reading import read_corpus
from gapkeeper.settings.load import Settings
from gapkeeper.settings.mapping import reading_rules
from gapkeeper.settings.repository import RepositorySettings, Status
from gapkeeper.wiring import shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE = "# Later\n\n### LATER-001: Mend the pier\n\n**Status:** Pending\n"
TWO = "# More\n\n### LATER-002: Order buoys\n\n**Status:** Adrift\n"


SETTINGS = Settings(RepositorySettings())


class TestLru:
    def test_drops_what_was_not_used_for_longest(self) -> None:
        kept: Lru[str] = Lru(10)
        kept.put("a", "A", 4)
        kept.put("b", "B", 4)
        assert kept.get("a") == "A"
        kept.put("c", "C", 4)
        assert [kept.get(key) for key in "abc"] == ["A", None, "C"]

    def test_keeps_nothing_that_is_too_heavy_alone(self) -> None:
        kept: Lru[str] = Lru(10)
        kept.put("a", "A", 4)
        kept.put("b", "B", 11)
        assert [kept.get(key) for key in "ab"] == ["A", None]

    def test_weighs_what_takes_the_place_of_another_once(self) -> None:
        kept: Lru[str] = Lru(10)
        for value in "ABCDE":
            kept.put("a", value, 6)
        kept.put("b", "B", 4)
        assert [kept.get(key) for key in "ab"] == ["E", "B"]

    def test_is_safe_for_threads(self) -> None:
        kept: Lru[int] = Lru(50)

        def use() -> None:
            for number in range(2_000):
                kept.put(number % 90, number, 1)
                kept.get(number % 70)

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert kept._weight == len(kept._kept) <= 50


class Repository:
    """A git repository, and what is counted of reading its newest commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", self.folder, *arguments], check=True, capture_output=True)

    def commit(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / f"{name}.md").write_text(text, "utf-8")
        self.git("add", "-A")
        self.git("-c", "user.name=Rosa", "-c", "user.email=rosa@example.org", "commit", "-qm", "Write")

    def read(self, settings: Settings = SETTINGS, **counts: int) -> list[tuple[str, str]]:
        with shared.tally() as counted:
            documents = wiring.read_documents(settings, wiring.document_source(settings, self.folder, "HEAD"))
        assert counted == Counter(counts)
        register = wiring.read_register(settings, wiring.document_source(settings, self.folder, "HEAD"))
        assert documents.register == register
        return [(item.key, item.status.value) for item in register.items]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    made.commit(one=ONE, two=TWO)
    return made


@pytest.fixture
def sharing() -> Iterator[None]:
    with shared.share(shared.Shared(documents=ParsedDocuments(200_000, told=shared.count))):
        yield


@pytest.mark.usefixtures("sharing")
class TestRuns:
    def test_that_follow_each_other_parse_what_changed(self, repository: Repository) -> None:
        first = repository.read(parsed=2)
        assert repository.read(cached=2) == first
        repository.commit(two=TWO.replace("Adrift", "Resolved"))
        assert repository.read(parsed=1, cached=1) == [("LATER-001", "pending"), ("LATER-002", "resolved")]

    def test_under_other_rules_parse_all(self, repository: Repository) -> None:
        before = repository.read(parsed=2)
        parked = Settings(RepositorySettings(status=Status(words={"Adrift": "deferred"})))
        assert repository.read(parked, parsed=2) == [("LATER-001", "pending"), ("LATER-002", "deferred")]
        assert before[1][1] != "deferred"
        assert repository.read(cached=2) == before

    def test_of_a_document_that_moved_parse_it(self, repository: Repository) -> None:
        repository.read(parsed=2)
        repository.git("mv", "two.md", "three.md")
        repository.commit()
        repository.read(parsed=1, cached=1)

    def test_take_no_document_for_another_one(self, repository: Repository, tmp_path: Path) -> None:
        repository.read(parsed=2)
        (tmp_path / "other").mkdir()
        other = Repository(tmp_path / "other")
        other.commit(one=ONE.replace("Pending", "Resolved"))
        assert other.read(parsed=1) == [("LATER-001", "resolved")]

    def test_with_documents_that_are_too_long_to_be_kept_are_the_same(self, repository: Repository) -> None:
        repository.commit(long=ONE.replace("001", "003") + "words\n" * 40_000)
        first = repository.read(parsed=3)
        assert repository.read(parsed=1, cached=2) == first


def test_a_command_keeps_nothing(repository: Repository) -> None:
    repository.read()
    repository.read()


class TestMemory:
    """Every push makes a commit, and every pull request one more: what they have in common is there once."""

    def test_commits_share_what_they_are_read_with(self, repository: Repository) -> None:
        parsed = ParsedDocuments(1_000_000)
        with shared.share(shared.Shared(documents=parsed)):
            made = []
            for _ in range(2):
                repository.commit(two=TWO + "More.\n" * (1 + len(made)))
                source = wiring.document_source(SETTINGS, repository.folder, "HEAD")
                made.append(wiring.read_documents(SETTINGS, source))
        assert made[0].corpus.reader is made[1].corpus.reader

    def test_commits_without_documents_weigh_something(self) -> None:
        parsed = ParsedDocuments(10 * 64_000)
        empty = Documents(read_corpus((), reading_rules(SETTINGS.repository)), {})
        for number in range(100):
            parsed.commit(number, lambda: empty)
        assert len(parsed._commits._kept) == 10


def test_documents_that_are_too_many_or_too_long_together_are_refused_before_they_are_read(
    repository: Repository,
) -> None:
    parsed = ParsedDocuments(1_000_000)
    source = wiring.document_source(SETTINGS, repository.folder, "HEAD")
    with (
        shared.share(shared.Shared(documents=parsed, most_bytes=9_000)),
        pytest.raises(DocumentsError, match=r"2 planning documents .* more than are read here") as caught,
    ):
        wiring.read_documents(SETTINGS, source)
    assert "[documents]" in (caught.value.hint or "")
    with shared.share(shared.Shared(documents=parsed, most_bytes=11_000)):
        assert len(wiring.read_documents(SETTINGS, source).data) == 2
