"""A mirror has what the remote has, of all that was asked for, whatever happened to either."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters.git import RevisionDocuments
from gapkeeper.adapters.git_mirror import GitAccess, Mirror, MissingRefError, mirror_folder
from gapkeeper.adapters.git_mirror_remote import check_address, failure_of
from gapkeeper.adapters.git_pull import Ends, bring
from gapkeeper.adapters.git_range import is_shallow
from gapkeeper.adapters.selection import POINTER, SIZE_LIMIT, TOO_LONG
from gapkeeper.errors import (
    ConfigurationError,
    DocumentsError,
    GapkeeperError,
    NotAuthorisedError,
    NotFoundError,
    UnavailableError,
)
from gapkeeper.wiring import history
from pulling import PLAN, Forge
from repositories import ENVIRONMENT, Repository, write

if TYPE_CHECKING:
    from pathlib import Path

MAIN = {"refs/heads/main": "refs/heads/main"}
PULLS = "refs/pull/*/head"
LIMIT = 50_000_000


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


@pytest.fixture
def mirror(forge: Forge, tmp_path: Path) -> Mirror:
    return of(forge.url, tmp_path)


def of(url: str, path: Path, limit: int = LIMIT) -> Mirror:
    return Mirror(path / "mirrors" / "harbour", lambda: GitAccess(url), limit_bytes=limit)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- Looking -----------------------------------------------------------------------------------------


def test_a_look_tells_the_default_branch_and_the_commits_that_were_asked_for(forge: Forge, mirror: Mirror) -> None:
    forge.repository.git("branch", "release")
    look = mirror.look(("release", "nowhere"))
    assert look.default_branch == "main"
    assert dict(look.heads) == {"main": forge.start, "release": forge.start}
    assert not mirror.folder.exists()


def test_a_look_is_the_same_until_a_branch_or_a_pull_request_moves(forge: Forge, mirror: Mirror) -> None:
    def digest() -> str | None:
        return mirror.look(pulls=PULLS).digest

    seen = [digest()]
    forge.repository.git("tag", "v1")
    forge.repository.git("update-ref", "refs/pull/7/merge", "HEAD")
    assert digest() == seen[0]
    for change in (
        lambda: forge.open(forge.start),
        lambda: forge.repository.commit({"a.md": "x"}),
        lambda: forge.repository.git("branch", "other"),
        lambda: forge.repository.git("symbolic-ref", "HEAD", "refs/heads/other"),
        lambda: forge.repository.git("update-ref", "-d", "refs/pull/7/head"),
    ):
        change()
        seen.append(digest())
    assert None not in seen
    assert len(set(seen)) == len(seen)


def test_pull_requests_that_do_not_count_change_no_look(forge: Forge, mirror: Mirror) -> None:
    before = mirror.look()
    forge.open(forge.start)
    assert mirror.look() == before


def test_an_empty_repository_has_no_default_branch(tmp_path: Path) -> None:
    mirror = of(str(Repository(tmp_path / "empty").path), tmp_path)
    look = mirror.look(("main",))
    assert look.default_branch is None
    assert not look.heads
    with pytest.raises(MissingRefError):
        mirror.fetch(MAIN)


# --- Fetching ----------------------------------------------------------------------------------------


def test_what_was_fetched_is_read_as_from_a_clone(forge: Forge, mirror: Mirror) -> None:
    write(forge.repository.path, {"big.md": b"x" * (SIZE_LIMIT + 1)})
    (forge.repository.path / "link.md").symlink_to("docs/LATER.md")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"
    commit = forge.repository.commit({"lfs.md": pointer})
    assert mirror.fetch(MAIN)
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": commit}
    documents = {
        d.path: (d.data, d.error) for d in RevisionDocuments(mirror.folder, commit, ["**/*.md"], []).documents()
    }
    assert documents == {"big.md": (None, TOO_LONG), "docs/LATER.md": (PLAN.encode(), None), "lfs.md": (None, POINTER)}
    assert history(mirror.folder, commit) is not None


def test_only_what_is_missing_is_fetched(forge: Forge, mirror: Mirror) -> None:
    assert mirror.fetch(MAIN)
    before = files(mirror.folder)
    assert not mirror.fetch(MAIN)
    assert files(mirror.folder) == before
    forge.repository.commit({"a.md": "x"})
    assert mirror.fetch(MAIN)


def test_of_a_remote_that_has_only_the_newest_history_that_much_is_fetched(forge: Forge, tmp_path: Path) -> None:
    forge.repository.commit({"a.md": "x"})
    shallow = forge.clone("--depth=1")
    mirror = of(f"file://{shallow.path}", tmp_path)
    for _ in range(2):
        assert mirror.fetch(MAIN)
        assert mirror.tips(MAIN.values()) == {"refs/heads/main": shallow.git("rev-parse", "HEAD")}
        assert is_shallow(mirror.folder)
        shallow.commit({"a.md": "y"})


def test_a_branch_that_was_rewritten_is_rewritten(forge: Forge, mirror: Mirror) -> None:
    forge.repository.commit({"a.md": "x"})
    mirror.fetch(MAIN)
    forge.repository.git("reset", "--quiet", "--hard", forge.start)
    other = forge.repository.commit({"b.md": "y"})
    assert mirror.fetch(MAIN)
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": other}


def test_a_branch_that_is_gone_is_deleted_and_told(forge: Forge, mirror: Mirror) -> None:
    mirror.fetch(MAIN)
    forge.repository.git("branch", "--move", "trunk")
    assert mirror.look().default_branch == "trunk"
    with pytest.raises(MissingRefError, match="refs/heads/main") as caught:
        mirror.fetch(MAIN)
    assert caught.value.ref == "refs/heads/main"
    assert not mirror.tips(MAIN.values())


def test_a_branch_may_stand_where_a_folder_of_branches_stood(forge: Forge, mirror: Mirror) -> None:
    for name in ("a", "a/b", "a"):
        forge.repository.git("branch", name)
        ref = f"refs/heads/{name}"
        assert mirror.fetch({ref: ref})
        forge.repository.git("branch", "--delete", "--force", name)


def test_both_ends_of_a_pull_request_are_found_without_a_remote(forge: Forge, mirror: Mirror) -> None:
    pull = forge.open(forge.branch().commit({"docs/LATER.md": "x"}))
    moved = forge.repository.commit({"code.py": "others\n"})
    mirror.fetch({**MAIN, pull.head_ref: "refs/gapkeeper/pull/7/head"})
    before = files(mirror.folder)
    assert bring(mirror.folder, pull) == Ends(pull.head, forge.start)
    assert files(mirror.folder) == before
    assert mirror.tips(["refs/heads/main"]) == {"refs/heads/main": moved}


def test_a_closed_pull_request_is_dropped_and_no_other(mirror: Mirror) -> None:
    mirror.drop_pull(7)
    names = [f"refs/gapkeeper/pull/{number}/head" for number in (7, 70)]
    for name in names:
        mirror.fetch({"refs/heads/main": name})
    mirror.drop_pull(7)
    assert list(mirror.tips(names)) == names[1:]


def test_many_fetches_leave_few_packs(forge: Forge, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gapkeeper.adapters.git_mirror._PACKS", 3)
    for step in range(6):
        commit = forge.repository.commit({"a.md": f"{step}"})
        mirror.fetch(MAIN)
    assert len(list(mirror.folder.rglob("*.pack"))) <= 3
    assert RevisionDocuments(mirror.folder, commit, ["a.md"], []).revision == commit
    assert not mirror.mend()


def test_a_repository_with_the_other_hash_is_mirrored_too(mirror: Mirror, forge: Forge) -> None:
    mirror.fetch(MAIN)
    shutil.rmtree(forge.repository.path)
    forge.repository.path.mkdir()
    forge.repository.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256")
    commit = forge.repository.commit({"a.md": "x"})
    for _ in range(2):
        mirror.fetch(MAIN)
        assert mirror.tips(MAIN.values()) == {"refs/heads/main": commit}


@pytest.mark.parametrize(
    "name", ["refs/heads/../x", "-x", "refs/heads/a:refs/heads/b", "refs/heads/*", "main", "refs/heads/a b"]
)
def test_what_is_no_name_is_no_argument(mirror: Mirror, name: str) -> None:
    for refs in ({name: "refs/heads/main"}, {"refs/heads/main": name}):
        with pytest.raises(DocumentsError, match="no name of a branch"):
            mirror.fetch(refs)


# --- What goes wrong -----------------------------------------------------------------------------------


def test_a_repository_that_is_not_there_is_told(forge: Forge, mirror: Mirror) -> None:
    mirror.fetch(MAIN)
    shutil.rmtree(forge.repository.path)
    for ask in (mirror.look, lambda: mirror.fetch(MAIN)):
        with pytest.raises(NotFoundError, match="does not appear"):
            ask()
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": forge.start}  # it may come back


SSH = "Could not read from remote repository.\n\nPlease make sure you have the correct access rights\n"


@pytest.mark.parametrize(
    ("said", "kind", "shown"),
    [
        (f"git@h: Permission denied (publickey).\r\nfatal: {SSH}", NotAuthorisedError, "Permission denied (publickey)"),
        (f"Host key verification failed.\r\nfatal: {SSH}", NotAuthorisedError, "Host key verification failed"),
        (f"ERROR: Repository not found.\nfatal: {SSH}", NotFoundError, "Repository not found"),
        (f"ssh: Could not resolve hostname h: x\nfatal: {SSH}", UnavailableError, "Could not resolve hostname"),
        (f"ssh: connect to host h port 22: Connection refused\nfatal: {SSH}", UnavailableError, "refused"),
        ("fatal: write error: No space left on device\n", UnavailableError, "No space left"),
        ("fatal: early EOF\n", UnavailableError, "early EOF"),
        ("fatal: detected dubious ownership in repository at '/x'\n", DocumentsError, "dubious ownership"),
    ],
)
def test_what_git_complains_of_is_told_apart(said: str, kind: type[GapkeeperError], shown: str) -> None:
    failure = failure_of(GitAccess("git@h:owner/name.git"), said.encode())
    assert type(failure) is kind
    assert shown in failure.message
    assert failure.hint


def made(forge: Forge, kind: str, text: bytes) -> str:
    """An object as no git of today makes it."""
    command = ["git", "hash-object", "-t", kind, "--literally", "-w", "--stdin"]
    done = subprocess.run(
        command, cwd=forge.repository.path, env=ENVIRONMENT, input=text, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_what_old_histories_have_wrong_is_fetched(forge: Forge, mirror: Mirror) -> None:
    tree = forge.repository.git("rev-parse", "main^{tree}")
    who = "Old <no address> 0000000001 -99999999"
    commit = made(forge, "commit", f"tree {tree}\nauthor Old 1 +0000\ncommitter {who}\n\nx\n".encode())
    forge.repository.git("update-ref", "refs/heads/main", commit)
    assert mirror.fetch(MAIN)
    assert not mirror.mend()


def test_paths_that_lead_elsewhere_are_refused(forge: Forge, mirror: Mirror) -> None:
    blob = forge.repository.git("rev-parse", "main:docs/LATER.md")
    inner = made(forge, "tree", b"100644 LATER.md\0" + bytes.fromhex(blob))
    tree = made(forge, "tree", b"40000 ..\0" + bytes.fromhex(inner))
    forge.repository.git("update-ref", "refs/heads/main", forge.repository.git("commit-tree", tree, "-m", "x"))
    with pytest.raises(DocumentsError, match="fsck"):
        mirror.fetch(MAIN)
    assert not mirror.tips(MAIN.values())


@pytest.mark.parametrize(
    "url",
    [
        *("", " ", "-x", "--upload-pack=touch harm", "ext::touch harm", "ext::sh://x", "fd::1", "relative/path"),
        *("https://user:hunter2@h/x", "https://hunter2@h/x", "ssh://git:hunter2@h/x", "http://h/x?token=hunter2"),
        *("https:///x", "https://h/x\ny", "ftp://h/x", "ssh://-oProxyCommand=touch harm/x", "-oX:y", "git@-oX:y"),
        *("https://h:port/x", "file+x://y", "user:hunter2@h:x"),
    ],
)
def test_an_address_with_a_secret_or_a_program_is_refused(url: str, tmp_path: Path) -> None:
    for ask in (of(url, tmp_path).look, lambda: of(url, tmp_path).fetch(MAIN)):
        with pytest.raises(ConfigurationError) as caught:
            ask()
        assert "hunter2" not in str(caught.value)
    assert not list(tmp_path.rglob("harm"))


@pytest.mark.parametrize("url", ["git@h:owner/name.git", "h:name", "ssh://git@h:22/x", "https://h/x.git", "file:///x"])
def test_honest_addresses_are_taken(url: str) -> None:
    check_address(url)


def test_a_repository_that_is_too_large_is_refused_until_more_is_allowed(forge: Forge, tmp_path: Path) -> None:
    of(forge.url, tmp_path, 400_000).fetch(MAIN)
    commit = forge.repository.commit({"big.bin": os.urandom(1_000_000)})
    for _ in range(2):
        with pytest.raises(DocumentsError, match="mirror_limit_mb"):
            of(forge.url, tmp_path, 400_000).fetch(MAIN)
    mirror = of(forge.url, tmp_path, 2_000_000)
    mirror.fetch(MAIN)
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": commit}


def test_what_nothing_leads_to_takes_no_room_of_what_is_new(forge: Forge, tmp_path: Path) -> None:
    mirror = of(forge.url, tmp_path, 1_500_000)
    for _ in range(3):
        forge.repository.git("reset", "--quiet", "--hard", forge.start)
        forge.repository.commit({"big.bin": os.urandom(1_000_000)})
        mirror.fetch(MAIN)
        mirror = of(forge.url, tmp_path, 2_500_000)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, UnavailableError])
def test_what_the_caller_raises_meanwhile_ends_it_as_it_is(
    forge: Forge, tmp_path: Path, kind: type[BaseException]
) -> None:
    def stop() -> None:
        raise kind("enough")

    mirror = Mirror(tmp_path / "mirror", lambda: GitAccess(forge.url), limit_bytes=LIMIT, tick=stop)
    for ask in (mirror.look, lambda: mirror.fetch(MAIN)):
        with pytest.raises(kind, match=r"^enough$"):
            ask()


# --- The folder -----------------------------------------------------------------------------------------


def test_names_become_folders_that_differ_and_stay_inside(tmp_path: Path) -> None:
    names = ["a/b", "a_b", "A/b", "..", "../../etc", "/", "", ".git", "ä/b", "x" * 500, "x" * 501, "\udcff"]
    folders = [mirror_folder(tmp_path, name) for name in names]
    assert {folder.parent for folder in folders} == {tmp_path}
    assert len({folder.name.casefold() for folder in folders}) == len(names)
    for folder in folders:
        folder.mkdir()
        assert not folder.name.startswith(".")


def test_a_folder_that_is_not_ours_is_left_alone(mirror: Mirror) -> None:
    write(mirror.folder, {"thesis.tex": "x", ".git/config": "x"})
    before = files(mirror.folder)
    for ask in (lambda: mirror.fetch(MAIN), mirror.mend):
        with pytest.raises(DocumentsError, match="not a mirror of ours"):
            ask()
    assert files(mirror.folder) == before


def test_a_link_is_not_followed(mirror: Mirror, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    mirror.folder.parent.mkdir()
    mirror.folder.symlink_to(tmp_path / "elsewhere")
    for ask in (lambda: mirror.fetch(MAIN), mirror.mend):
        with pytest.raises(DocumentsError, match="no folder"):
            ask()
    assert not files(tmp_path / "elsewhere")


def test_a_folder_of_another_user_is_told(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror.fetch(MAIN)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(DocumentsError, match="another user"):
        mirror.fetch(MAIN)


def test_nobody_else_may_read_what_was_fetched(mirror: Mirror) -> None:
    mirror.fetch(MAIN)
    assert [folder.stat().st_mode & 0o077 for folder in (mirror.folder, mirror.folder.parent)] == [0, 0]


def test_what_we_keep_beside_stays_when_the_mirror_is_made_anew(mirror: Mirror) -> None:
    write(mirror.folder, {".gapkeeper/github.db": "x"})
    mirror.fetch(MAIN)
    lost_pack(mirror.folder / ".git")
    assert mirror.mend()
    assert mirror.size() == 0
    assert mirror.fetch(MAIN)
    assert (mirror.folder / ".gapkeeper" / "github.db").read_text() == "x"


def test_nothing_that_the_mirror_names_is_run(forge: Forge, mirror: Mirror, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/harm\n")
    program.chmod(0o755)
    mirror.fetch(MAIN)
    hooks = mirror.folder / ".git" / "hooks"
    hooks.mkdir()
    for hook in ("reference-transaction", "post-update"):
        shutil.copy(program, hooks / hook)
    for key in ("core.sshCommand", "core.fsmonitor", "core.alternateRefsCommand", "remote.origin.uploadpack"):
        Repository.at(mirror.folder).git("config", key, str(program))
    Repository.at(mirror.folder).git("config", "core.hooksPath", str(hooks))
    forge.repository.commit({"a.md": "x"})
    assert mirror.fetch(MAIN)
    assert not (tmp_path / "harm").exists()


def test_nothing_that_a_person_s_own_configuration_names_is_run_where_references_change(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"hooks/reference-transaction": f"#!/bin/sh\ntouch {tmp_path}/harm\n"})
    (tmp_path / "hooks/reference-transaction").chmod(0o755)
    (tmp_path / "gitconfig").write_text(f"[core]\nhooksPath = {tmp_path}/hooks\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert mirror.fetch(MAIN)
    assert not (tmp_path / "harm").exists()


def test_readers_get_along_with_a_git_that_wants_bare_repositories_named(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forge: Forge
) -> None:
    write(tmp_path, {"gitconfig": "[safe]\n\tbareRepository = explicit\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    mirror.fetch(MAIN)
    assert RevisionDocuments(mirror.folder, forge.start, ["**/*.md"], []).exists("docs/LATER.md")


# --- Killed, and damaged ---------------------------------------------------------------------------------

_KILLED = """
import os, sys
from pathlib import Path
from gapkeeper.adapters import git_watched
from gapkeeper.adapters.git_mirror import GitAccess, Mirror

folder = Path(sys.argv[1])
git_watched._TICK = 0.01

def die():
    if any(folder.rglob("tmp_pack_*")):
        os.kill(os.getpid(), 9)

mirror = Mirror(folder, lambda: GitAccess(sys.argv[2]), limit_bytes=10**9, tick=die)
mirror.fetch({"refs/heads/main": "refs/heads/main"})
"""


def test_the_next_run_goes_on_where_one_was_killed_in_the_middle(forge: Forge, mirror: Mirror) -> None:
    """The git that it had started may still be at work, and nobody waits for it."""
    commit = forge.repository.commit({"big.bin": os.urandom(20_000_000)})
    mirror = of(forge.url, mirror.folder.parent.parent, 10**9)
    killed = subprocess.run([sys.executable, "-c", _KILLED, mirror.folder, forge.url], check=False)
    assert killed.returncode == -9
    mirror.fetch(MAIN)
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": commit}
    assert not mirror.mend()


def test_what_a_killed_run_left_is_swept_away(forge: Forge, mirror: Mirror) -> None:
    mirror.fetch(MAIN)
    left = {
        **{f".git/{name}.lock": "" for name in ("HEAD", "config", "packed-refs", "refs/heads/main", "shallow")},
        ".git/objects/pack/tmp_pack_aBc123": "PACK",
        ".git/objects/pack/.tmp-99-pack-0.idx": "x",
        ".git/objects/ab/tmp_obj_aBc123": "x",
        ".git/gc.pid": "1 host",
    }
    write(mirror.folder, left)
    commit = forge.repository.commit({"a.md": "x"})
    assert mirror.fetch(MAIN)
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": commit}
    assert not [name for name in left if (mirror.folder / name).exists()]


def test_a_branch_with_the_name_of_a_half_is_none(forge: Forge, mirror: Mirror) -> None:
    forge.repository.git("branch", "tmp_pack_abc")
    refs = {"refs/heads/tmp_pack_abc": "refs/heads/tmp_pack_abc"}
    mirror.fetch(refs)
    mirror.fetch(MAIN)
    assert mirror.tips(refs.values())


@pytest.mark.parametrize("missing", ["HEAD", "config", "objects", "refs"])
def test_a_repository_that_was_half_made_is_completed(mirror: Mirror, missing: str) -> None:
    mirror.fetch(MAIN)
    path = mirror.folder / ".git" / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    mirror.fetch(MAIN)
    assert not mirror.mend()


@pytest.mark.parametrize(
    "left", [(), ("gapkeeper-mirror",), ("gapkeeper-mirror", ".git/config.lock"), (".gapkeeper/x",)]
)
def test_a_folder_that_was_only_begun_is_ours(mirror: Mirror, left: tuple[str, ...]) -> None:
    mirror.folder.mkdir(parents=True)
    write(mirror.folder, dict.fromkeys(left, ""))
    assert mirror.fetch(MAIN)


def test_a_mirror_is_not_taken_for_damaged_where_memory_is_short(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.fetch(MAIN)
    tips = mirror.tips(MAIN.values())
    short = "echo 'fatal: Out of memory, malloc failed' >&2; exit 128"
    for how in (short, "kill -9 $$"):
        write(tmp_path, {"bin/git": f'#!/bin/sh\ncase "$*" in *fsck*) {how};; esac\nexec {shutil.which("git")} "$@"\n'})
        (tmp_path / "bin/git").chmod(0o755)
        with monkeypatch.context() as patch:
            patch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
            with pytest.raises(DocumentsError, match="too little memory"):
                mirror.mend()
    assert mirror.tips(MAIN.values()) == tips


def damaged_pack(git: Path) -> None:
    pack = next(git.rglob("*.pack"))
    pack.chmod(0o600)
    data = bytearray(pack.read_bytes())
    data[12:-20] = bytes(len(data) - 32)
    pack.write_bytes(data)


def lost_pack(git: Path) -> None:
    shutil.rmtree(git / "objects")


def empty_refs(git: Path) -> None:
    (git / "refs/heads/main").write_bytes(b"")


def garbage_refs(git: Path) -> None:
    (git / "packed-refs").write_bytes(b"\0garbage\n" * 9)


def unknown_commit(git: Path) -> None:
    (git / "refs/heads/main").write_text("1" * 40 + "\n")


DAMAGES = [damaged_pack, lost_pack, empty_refs, garbage_refs, unknown_commit]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("moved", [True, False])
def test_a_damaged_mirror_is_made_anew(damage: object, forge: Forge, mirror: Mirror, *, moved: bool) -> None:
    mirror.fetch(MAIN)
    damage(mirror.folder / ".git")
    commit = forge.repository.commit({"a.md": "x"}) if moved else forge.start
    mirror.fetch(MAIN)
    if mirror.mend():  # a fetch does not read all that is there
        mirror.fetch(MAIN)
    assert not mirror.mend()
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": commit}
