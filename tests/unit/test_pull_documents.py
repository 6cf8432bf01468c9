"""What a pull request touches, by the settings of its base; whoever opened it may be a stranger."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

import pytest

from gapkeeper import wiring
from gapkeeper.adapters import git_command
from gapkeeper.errors import ConfigurationError, DocumentsError
from gapkeeper.wiring.pull_documents import PullDocuments, pull_documents
from pulling import PLAN, Forge
from repositories import Repository, write

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = "[documents]\nexclude = ['drafts/']\n"


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def touched(forge: Forge, topic: Repository, *, below: str = "") -> PullDocuments:
    """The documents of a pull request that ends where the branch does."""
    pull = forge.open(topic.git("rev-parse", "HEAD"))
    return pull_documents(forge.clone().path / below, pull)


def test_added_changed_deleted_and_renamed_documents(forge: Forge) -> None:
    forge.repository.commit({"a.md": "a", "b.md": "b" * 99, "c.md": "c", "same.md": "x"})
    topic = forge.branch()
    topic.git("mv", "b.md", "z.md")
    topic.git("rm", "--quiet", "c.md")
    changed = topic.commit({"a.md": "changed", "new.md": "x"})
    topic.commit({"code.py": "only code\n"})
    found = touched(forge, topic)
    assert found.touched == ("a.md", "b.md", "c.md", "new.md", "z.md")
    assert (found.base, found.why) == (forge.repository.git("rev-parse", "main"), None)
    assert found.revision == changed
    assert not found.configuration_changed
    assert found.base_source is not None
    assert (found.base_source.revision, found.head_source.revision) == (found.base, found.head)
    assert "z.md" in {document.path for document in found.head_source.documents()}


def test_a_pull_request_of_code_alone(forge: Forge) -> None:
    topic = forge.branch()
    topic.commit({"code.py": "x"})
    found = touched(forge, topic)
    assert (found.touched, found.revision) == ((), forge.start)


def test_what_the_base_did_meanwhile_is_not_the_branchs_doing(forge: Forge) -> None:
    topic = forge.branch()
    forge.repository.commit({"docs/other.md": "x"})
    topic.commit({"docs/LATER.md": "x"})
    assert touched(forge, topic).touched == ("docs/LATER.md",)


def test_paths_below_the_top_are_relative_to_the_folder(forge: Forge) -> None:
    forge.repository.commit({"docs/gapkeeper.toml": CONFIGURATION})
    topic = forge.branch()
    changed = topic.commit({"docs/LATER.md": "x", "docs/drafts/x.md": "x", "docs/gapkeeper.toml": "", "top.md": "x"})
    found = touched(forge, topic, below="docs")
    assert (found.touched, found.revision) == (("LATER.md",), changed)
    assert found.configuration_changed
    assert found.settings.origin(("documents", "exclude")).endswith(":gapkeeper.toml:2")


def test_documents_that_the_head_ignores_are_touched(forge: Forge) -> None:
    topic = forge.branch()
    head = topic.commit({".gitignore": "docs/\n"})
    found = touched(forge, topic)
    assert (found.touched, found.revision) == (("docs/LATER.md",), head)


def test_where_there_is_nothing_to_compare_with_everything_is_new(forge: Forge) -> None:
    pull = forge.open(forge.start, base="gone")
    found = pull_documents(forge.clone().path, pull, overrides={"tracker.url": "github:harbour/plans"})
    assert (found.base, found.base_source, found.touched) == (None, None, ("docs/LATER.md",))
    assert found.settings.repository.tracker.url == "github:harbour/plans"
    assert (found.revision, "no branch gone" in (found.why or "")) == (forge.start, True)


class TestConfiguration:
    def test_that_of_the_base_is_obeyed_and_neither_the_heads_nor_the_work_trees(self, forge: Forge) -> None:
        forge.repository.commit({"gapkeeper.toml": CONFIGURATION})
        topic = forge.branch()
        hostile = "[documents]\ninclude = ['nothing']\n[tracker]\nurl = 'github:evil/x'\n"
        topic.commit({"gapkeeper.toml": hostile, "docs/LATER.md": "x", "drafts/x.md": "x"})
        clone = forge.clone()
        write(clone.path, {"gapkeeper.toml": "this is no TOML"})
        found = pull_documents(clone.path, forge.open(topic.git("rev-parse", "HEAD")))
        assert found.touched == ("docs/LATER.md",)
        assert found.settings.repository.tracker.url == ""
        assert found.configuration_changed

    def test_where_the_base_has_none_the_defaults_hold(self, forge: Forge) -> None:
        topic = forge.branch()
        topic.commit({"gapkeeper.toml": "[[[", "docs/LATER.md": "x"})
        found = touched(forge, topic)
        assert found.settings.layers == ()
        assert found.configuration_changed

    @pytest.mark.parametrize(
        ("before", "after", "changed"),
        [
            ("[project]\nversion = '1'\n", "[project]\nversion = '2'\n", False),
            ("[tool.gapkeeper.sync]\n", "[project]\n\n[tool.gapkeeper.sync]\n", False),
            ("[tool.gapkeeper.documents]\nkinds = '*'\n", "[tool.gapkeeper.documents]\nkinds = ['LATER']\n", True),
            ("[project]\n", "[tool.gapkeeper]\n", True),
            ("[tool.gapkeeper]\n", "", True),
            ("", "[tool.gapkeeper]\n" + "a." * 400_000 + "a = 1\n", True),
        ],
    )
    def test_of_a_file_that_is_shared_our_part_counts(
        self,
        forge: Forge,
        before: str,
        after: str,
        changed: bool,  # noqa: FBT001 - pytest gives it
    ) -> None:
        forge.repository.commit({"pyproject.toml": before})
        topic = forge.branch()
        topic.commit({"pyproject.toml": after})
        assert touched(forge, topic).configuration_changed is changed

    def test_of_a_commit_says_where_it_is_wrong(self, forge: Forge) -> None:
        wrong = forge.repository.commit({"gapkeeper.toml": "\n[documents]\nkindz = 1\n"})
        with pytest.raises(ConfigurationError, match=rf"^{wrong[:10]}:gapkeeper\.toml:3: "):
            wiring.load_settings(forge.repository.path, rev=wrong)
        with pytest.raises(ConfigurationError, match=r"^main:gapkeeper\.toml:3: "):
            wiring.load_settings(forge.repository.path, rev="main")
        other = forge.repository.commit({"pyproject.toml": "[tool.gapkeeper]\n"})
        with pytest.raises(ConfigurationError, match="more than one configuration"):
            wiring.load_settings(forge.repository.path, rev=other)

    def test_links_and_submodules_are_none(self, forge: Forge, tmp_path: Path) -> None:
        (tmp_path / "secret.toml").write_text("[documents]\nkinds = ['X']\n")
        (forge.repository.path / "gapkeeper.toml").symlink_to(tmp_path / "secret.toml")
        (forge.repository.path / ".github").symlink_to(tmp_path)
        commit = forge.repository.commit({})
        forge.repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},.gitlab/gapkeeper.toml")
        forge.repository.git("commit", "--quiet", "--message=submodule")
        assert wiring.load_settings(forge.repository.path, rev="HEAD").layers == ()

    def test_the_longest_that_is_read(self, forge: Forge) -> None:
        forge.repository.commit({"gapkeeper.toml": "#" * 1_000_001})
        with pytest.raises(ConfigurationError, match="longer than 1,000,000 bytes"):
            wiring.load_settings(forge.repository.path, rev="HEAD")

    def test_one_that_git_cannot_read(self, forge: Forge) -> None:
        forge.repository.commit({"gapkeeper.toml": CONFIGURATION})
        blob = forge.repository.git("rev-parse", "HEAD:gapkeeper.toml")
        (forge.repository.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
        with pytest.raises(ConfigurationError, match=r"HEAD:gapkeeper\.toml cannot be read by git"):
            wiring.load_settings(forge.repository.path, rev="HEAD")


class TestStrangers:
    def test_a_pull_request_of_three_thousand_files(self, forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
        forge.repository.commit({f"docs/{n}.md": f"{n}\n" for n in range(100)})
        topic = forge.branch()
        topic.commit({f"docs/{n}.md": f"now {n}\n" for n in range(3_000)})
        pull, clone = forge.open(topic.git("rev-parse", "HEAD")), forge.clone()
        clone.git("fetch", "--quiet", "origin", pull.head_ref)
        started: list[object] = []
        popen = git_command.subprocess.Popen
        monkeypatch.setattr(git_command.subprocess, "Popen", lambda *a, **k: started.append(a) or popen(*a, **k))
        found = pull_documents(clone.path, pull)
        assert len(found.touched) == 3_000
        assert len(started) == PROCESSES

    def test_names_that_are_no_text(self, forge: Forge) -> None:
        names = [b"caf\xe9.md", b"two\nlines.md", b'"quoted".md', b"\x01" + b"0" * 40 + b".md", b"-x.md", b"*.md"]
        topic = forge.branch()
        head = topic.commit({os.fsdecode(name): "x" for name in names})
        found = touched(forge, topic)
        assert list(map(os.fsencode, found.touched)) == sorted(names)
        assert found.revision == head

    def test_links_and_submodules_are_no_documents(self, forge: Forge) -> None:
        topic = forge.branch()
        (topic.path / "docs/LATER.md").unlink()
        (topic.path / "docs/LATER.md").symlink_to("/etc/passwd")
        (topic.path / "link.md").symlink_to("/etc/passwd")
        topic.commit({})
        topic.git("update-index", "--add", "--cacheinfo", f"160000,{forge.start},sub.md")
        topic.git("commit", "--quiet", "--message=submodule")
        found = touched(forge, topic)
        assert found.touched == ("docs/LATER.md",)
        assert [document.path for document in found.head_source.documents()] == []

    def test_a_document_that_is_far_too_long(self, forge: Forge) -> None:
        topic = forge.branch()
        topic.commit({"docs/LATER.md": b"x" * 10_000_001})
        (document,) = touched(forge, topic).head_source.documents()
        assert "longer than 10 MB" in (document.error or "")

    def test_what_a_partial_clone_lacks_is_an_error(self, forge: Forge) -> None:
        forge.repository.commit({"docs/OTHER.md": "x"})
        forge.repository.git("config", "uploadpack.allowFilter", "true")
        topic = forge.branch()
        topic.commit({"docs/LATER.md": "x"})
        pull = forge.open(topic.git("rev-parse", "HEAD"))
        clone = forge.clone("--filter=blob:none", "--no-checkout")
        with pytest.raises(DocumentsError, match=r"git cannot read 'docs/\w+\.md'") as caught:
            pull_documents(clone.path, pull)
        assert "--filter" in (caught.value.hint or "")

    def test_attributes_run_nothing(self, forge: Forge, tmp_path: Path) -> None:
        topic = forge.branch()
        topic.commit({".gitattributes": "* filter=harm diff=harm text eol=crlf\n", "docs/LATER.md": "a\nb\n"})
        pull, clone = forge.open(topic.git("rev-parse", "HEAD")), forge.clone()
        for key in ("filter.harm.smudge", "diff.harm.textconv", "diff.harm.command", "diff.external"):
            clone.git("config", key, f"touch {tmp_path}/harm; cat")
        found = pull_documents(clone.path, pull)
        assert [document.data for document in found.head_source.documents()] == [b"a\nb\n"]
        assert not (tmp_path / "harm").exists()


#: What is asked of git for a pull request that is there already, with the question to the remote.
PROCESSES = 14


def test_the_plan_of_the_forge_is_read_as_it_is(forge: Forge) -> None:
    topic = forge.branch()
    topic.commit({"docs/LATER.md": PLAN.replace("Pending", "Done")})
    found = touched(forge, topic)
    assert dataclasses.is_dataclass(found)
    assert found.base_source is not None
    registers = [wiring.read_register(found.settings, source) for source in (found.base_source, found.head_source)]
    assert [register.items[0].state.value for register in registers] == ["open", "closed"]
