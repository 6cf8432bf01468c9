"""A mirror over the web: who may fetch, what a refusal means, and that a secret is left nowhere."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import sys
import threading
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gapkeeper.adapters import git_mirror
from gapkeeper.adapters.git_mirror import GitAccess, Mirror, MissingRefError, MovedError, Seconds
from gapkeeper.adapters.git_mirror_look import Listing, TooLongError
from gapkeeper.errors import (
    DocumentsError,
    GapkeeperError,
    NotAuthorisedError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from git_server import HEADER, TOKEN, GitServer
from pulling import Forge
from repositories import Repository

if TYPE_CHECKING:
    import http.server
    from collections.abc import Callable, Iterator

MAIN = {"refs/heads/main": "refs/heads/main"}
LIMIT = 50_000_000
SHORT = Seconds(look=0.5, fetch=0.5)
WRONG = "Basic " + base64.b64encode(b"x-access-token:gho_wrongsecretwrong").decode()
SECRETS = [TOKEN, HEADER.split()[1], "gho_wrongsecretwrong", WRONG.split()[1]]


# What a sign-in page looks like to git: one line is no line of a list, and lines are wrong ones.
PAGES = [b"<title>Sign in</title>" * 1000, b"<title>Sign in</title>\n" * 1000, b""]


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


@pytest.fixture
def server(forge: Forge) -> Iterator[GitServer]:
    with GitServer(forge.path) as running:
        yield running


def mirror_of(server: GitServer, path: Path, header: str | None = HEADER, seconds: Seconds = Seconds()) -> Mirror:  # noqa: B008 - a value
    access = GitAccess(f"{server.url}/forge/.git", header)
    return Mirror(path / "mirror", lambda: access, limit_bytes=LIMIT, seconds=seconds)


def asks(mirror: Mirror) -> tuple[Callable[[], object], Callable[[], object]]:
    return mirror.look, lambda: mirror.fetch(MAIN)


def test_the_header_opens_the_door(server: GitServer, forge: Forge, tmp_path: Path) -> None:
    mirror = mirror_of(server, tmp_path)
    assert mirror.look().heads == {"main": forge.start}
    assert mirror.fetch(MAIN)
    assert not mirror.fetch(MAIN)
    assert {given for _, given in server.seen} == {HEADER}


def test_nobody_in_particular_may_fetch_what_is_public(server: GitServer, forge: Forge, tmp_path: Path) -> None:
    server.header = None
    mirror = mirror_of(server, tmp_path, None)
    mirror.fetch(MAIN)
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": forge.start}
    assert {given for _, given in server.seen} == {None}


@pytest.mark.parametrize("header", [None, WRONG], ids=["none", "wrong"])
def test_without_the_right_token_we_are_refused(server: GitServer, tmp_path: Path, header: str | None) -> None:
    for ask in asks(mirror_of(server, tmp_path, header)):
        with pytest.raises(NotAuthorisedError) as caught:
            ask()
        assert "Contents: read" in (caught.value.hint or "")
        assert "token" in caught.value.message


def test_why_the_forge_refuses_is_told_in_its_words(server: GitServer, tmp_path: Path) -> None:
    def refuse(request: http.server.BaseHTTPRequestHandler, _: bytes) -> bool:
        request.send_response(403)
        request.send_header("Content-Type", "text/plain")
        request.end_headers()
        request.wfile.write(b"Resource protected by organization SAML enforcement.\n\x1b[31mAnd more.\n")
        return True

    server.instead = refuse
    for ask in asks(mirror_of(server, tmp_path)):
        with pytest.raises(NotAuthorisedError, match=r"403 \(remote: Resource protected by organization SAML"):
            ask()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, NotAuthorisedError),
        (403, NotAuthorisedError),
        (404, NotFoundError),
        (410, NotFoundError),
        (429, RateLimitedError),
        (500, UnavailableError),
        (502, UnavailableError),
        (503, UnavailableError),
    ],
)
def test_every_status_means_something(
    server: GitServer, tmp_path: Path, status: int, kind: type[GapkeeperError]
) -> None:
    server.answers(status)
    for ask in asks(mirror_of(server, tmp_path)):
        with pytest.raises(kind) as caught:
            ask()
        assert type(caught.value) is kind
        assert caught.value.hint


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_told_and_not_followed(server: GitServer, forge: Forge, tmp_path: Path, status: int) -> None:
    with GitServer(forge.path) as other:
        server.answers(status, Location=f"{other.url}/forge/.git/info/refs?service=git-upload-pack")
        for ask in asks(mirror_of(server, tmp_path)):
            with pytest.raises(MovedError):
                ask()
        assert not other.seen


def test_a_person_s_own_configuration_makes_no_redirect_be_followed(
    server: GitServer, forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gitconfig").write_text(
        f'[http]\nfollowRedirects = true\n[http "{server.url}"]\nfollowRedirects = true\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    test_a_redirect_is_told_and_not_followed(server, forge, tmp_path, 301)


@pytest.mark.parametrize("text", PAGES)
def test_a_web_page_is_no_repository_and_none_without_branches(
    server: GitServer, forge: Forge, tmp_path: Path, text: bytes
) -> None:
    def page(request: http.server.BaseHTTPRequestHandler, _: bytes) -> bool:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        request.wfile.write(text)
        return True

    mirror = mirror_of(server, tmp_path)
    mirror.fetch(MAIN)
    server.instead = page
    for ask in asks(mirror):
        with pytest.raises(UnavailableError, match=r"no repository of git|is this a git repository"):
            ask()
    assert mirror.tips(MAIN.values()) == {"refs/heads/main": forge.start}


def test_an_empty_repository_is_one(server: GitServer, tmp_path: Path) -> None:
    Repository(tmp_path / "empty")
    mirror = Mirror(tmp_path / "mirror", lambda: GitAccess(f"{server.url}/empty/.git", HEADER), limit_bytes=LIMIT)
    assert mirror.look().default_branch is None


def test_a_branch_that_is_not_there_is_told_apart_from_a_repository(server: GitServer, tmp_path: Path) -> None:
    with pytest.raises(MissingRefError):
        mirror_of(server, tmp_path).fetch({"refs/heads/nowhere": "refs/heads/nowhere"})


def test_a_server_that_says_nothing_is_left_in_time(server: GitServer, tmp_path: Path) -> None:
    done = threading.Event()
    server.instead = lambda _request, _body: done.wait(5)
    for ask in asks(mirror_of(server, tmp_path, seconds=SHORT)):
        begun = time.monotonic()
        with pytest.raises(UnavailableError, match=r"no answer in 0\.5 seconds"):
            ask()
        assert time.monotonic() - begun < 2
    done.set()


def test_nobody_who_listens_is_unavailable(tmp_path: Path, forge: Forge) -> None:
    with GitServer(forge.path) as gone:
        mirror = mirror_of(gone, tmp_path)
    for ask in asks(mirror):
        with pytest.raises(UnavailableError):
            ask()


def test_a_pack_without_an_end_is_cut_off_and_leaves_nothing(server: GitServer, tmp_path: Path) -> None:
    sent = 0

    def endless(request: http.server.BaseHTTPRequestHandler, body: bytes) -> bool:
        nonlocal sent
        if b"command=fetch" not in body:
            return False
        request.send_response(200)
        request.send_header("Content-Type", "application/x-git-upload-pack-result")
        request.end_headers()
        request.wfile.write(b"000dpackfile\n" + band(b"PACK\0\0\0\2\0\0\xff\xff"))
        with contextlib.suppress(OSError):  # the other side is gone
            while sent < 2_000_000_000:
                sent += request.wfile.write(band(stored_blob()))
        return True

    access = GitAccess(f"{server.url}/forge/.git", HEADER)
    mirror = Mirror(tmp_path / "mirror", lambda: access, limit_bytes=5_000_000)
    server.instead = endless
    with pytest.raises(DocumentsError, match="larger than 5 MB"):
        mirror.fetch(MAIN)
    assert mirror.size() < 10_000
    assert 5_000_000 < sent < 2_000_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="memory of other programs is bounded on Linux alone")
def test_a_small_pack_that_unfolds_to_more_than_the_memory_is_refused_at_once(
    server: GitServer, tmp_path: Path
) -> None:
    asked = 0

    def bomb(request: http.server.BaseHTTPRequestHandler, body: bytes) -> bool:
        nonlocal asked
        if b"command=fetch" not in body:
            return False
        asked += 1
        request.send_response(200)
        request.send_header("Content-Type", "application/x-git-upload-pack-result")
        request.end_headers()
        request.wfile.write(b"000dpackfile\n" + band(delta_bomb(1_200_000_000)) + b"0000")
        return True

    server.instead = bomb
    mirror = mirror_of(server, tmp_path)
    with pytest.raises(DocumentsError, match=r"Out of memory.*\n.*very large files"):
        mirror.fetch(MAIN)
    assert asked == 1
    assert mirror.size() < 10_000


@pytest.mark.skipif(sys.platform != "linux", reason="memory of other programs is bounded on Linux alone")
def test_a_large_file_is_fetched_without_being_held_in_memory(
    server: GitServer, forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forge.repository.commit({"large.bin": "0" * 60_000_000})
    monkeypatch.setattr(git_mirror, "MEMORY", 40_000_000)
    assert mirror_of(server, tmp_path).fetch(MAIN)


def delta_bomb(size: int) -> bytes:
    """A pack with a file that copies another, of 16 MB, again and again."""
    piece = 0xFFFFFF
    base = packed(3, bytes(piece))
    copies = size // piece
    delta = number(piece) + number(copies * piece) + b"\xf0\xff\xff\xff" * copies
    assert 128 < len(base) < 128 + 2**14
    back = bytes([len(base) - 128 >> 7 | 0x80, len(base) - 128 & 0x7F])
    head, data = packed_head(6, len(delta)), zlib.compress(delta)
    pack = b"PACK\0\0\0\2\0\0\0\2" + base + head + back + data
    return pack + hashlib.sha1(pack, usedforsecurity=False).digest()


def packed(kind: int, data: bytes, level: int = 9) -> bytes:
    """An object as packs have it."""
    return packed_head(kind, len(data)) + zlib.compress(data, level)


def packed_head(kind: int, size: int) -> bytes:
    first = kind << 4 | size & 15
    return bytes([first | 0x80]) + number(size >> 4) if size >> 4 else bytes([first])


def number(value: int) -> bytes:
    """Seven bits in each byte, the lowest first."""
    head = bytearray()
    while value > 0x7F:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*head, value])


def band(data: bytes) -> bytes:
    return f"{len(data) + 5:04x}".encode() + b"\1" + data


def stored_blob() -> bytes:
    """A blob of random bytes as packs have it."""
    return packed(3, os.urandom(60_000), 0)


# --- Secrets ---------------------------------------------------------------------------------------------


class Arguments:
    """The arguments of all programs that name the server, looked at while it lets them wait."""

    def __init__(self, server: GitServer) -> None:
        self._url = server.url
        self._seen = threading.Event()
        self.lines: list[str] = []
        server.instead = lambda _request, _body: not self._seen.wait(5)

    def look(self) -> None:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        self.lines += (named := [line for line in found if self._url in line])
        if named:
            self._seen.set()

    def forget(self) -> str:
        said = "".join(self.lines)
        self.lines.clear()
        self._seen.clear()
        return said


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="arguments of other programs are seen in /proc")
@pytest.mark.parametrize("header", [HEADER, WRONG], ids=["ours", "wrong"])
def test_a_secret_is_in_no_file_no_argument_and_no_error(server: GitServer, tmp_path: Path, header: str) -> None:
    arguments = Arguments(server)
    access = GitAccess(f"{server.url}/forge/.git", header)
    mirror = Mirror(tmp_path / "mirror", lambda: access, limit_bytes=LIMIT, tick=arguments.look)
    said = repr(access)
    for ask, command in zip(asks(mirror), ("ls-remote", "fetch"), strict=True):
        try:
            ask()
        except GapkeeperError as error:
            said += str(error)
        seen = arguments.forget()
        assert command in seen
        said += seen
    held = b"".join(path.read_bytes() for path in (tmp_path / "mirror").rglob("*") if path.is_file())
    assert held
    assert not [secret for secret in SECRETS if secret in said or secret.encode() in held]


def test_a_server_that_says_a_secret_back_is_not_quoted(server: GitServer, tmp_path: Path) -> None:
    def echo(request: http.server.BaseHTTPRequestHandler, _: bytes) -> bool:
        text = f"ERR {request.headers.get('Authorization')} {TOKEN}\n".encode()
        body = b"001e# service=git-upload-pack\n0000" + f"{len(text) + 4:04x}".encode() + text
        request.send_response(200)
        request.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
        return True

    server.instead = echo
    for ask in asks(mirror_of(server, tmp_path)):
        with pytest.raises(UnavailableError, match=r"\*\*\*") as caught:
            ask()
        assert not [secret for secret in SECRETS if secret in str(caught.value)]


def test_the_header_stays_at_its_address(
    server: GitServer, forge: Forge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with GitServer(forge.path, None) as other:
        (tmp_path / "gitconfig").write_text(f'[url "{other.url}/"]\ninsteadOf = {server.url}/\n')
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
        mirror_of(server, tmp_path).fetch(MAIN)
        assert {given for _, given in other.seen} == {None}


def test_nobody_else_s_header_or_cookie_goes_along(
    server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(request: http.server.BaseHTTPRequestHandler, _: bytes) -> bool:
        seen.append(str(request.headers))
        return False

    (tmp_path / "cookies").write_text("127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tcookie-of-a-person\n")
    (tmp_path / "gitconfig").write_text(
        f"[http]\nextraHeader = X-One: header-of-a-person\ncookieFile = {tmp_path}/cookies\n"
        f'[http "{server.url}/"]\nextraHeader = Authorization: Basic header-of-a-person\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    server.instead = look
    for ask in asks(mirror_of(server, tmp_path)):
        ask()
    assert len(seen) > 2
    assert not [headers for headers in seen if "-of-a-person" in headers]


def test_nothing_asks_people_for_a_password(server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/harm\n")
    program.chmod(0o755)
    (tmp_path / "gitconfig").write_text(f"[credential]\nhelper = {program}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(program))
    monkeypatch.setenv("DISPLAY", ":0")
    for ask in asks(mirror_of(server, tmp_path, WRONG)):
        with pytest.raises(NotAuthorisedError):
            ask()
    assert not (tmp_path / "harm").exists()


# --- Listings --------------------------------------------------------------------------------------------


def test_a_listing_that_is_too_long_is_not_read_to_its_end_and_has_no_digest() -> None:
    listing = Listing([], None, limit=100)
    listing.take(b"ref: refs/heads/main\tHEAD\n" + b"1" * 40 + b"\tHEAD\n")
    with pytest.raises(TooLongError):
        listing.take(b"2" * 40 + b"\trefs/heads/a\n")
    look = listing.look(whole=False)
    assert look.digest is None
    assert (look.default_branch, look.heads) == ("main", {"main": "1" * 40})


def test_a_listing_is_the_same_in_any_pieces() -> None:
    text = b"ref: refs/heads/main\tHEAD\n" + b"1" * 40 + b"\tHEAD\n" + b"1" * 40 + b"\trefs/heads/main\n"
    whole, bytewise = Listing([], None), Listing([], None)
    whole.take(text)
    for byte in text:
        bytewise.take(bytes([byte]))
    assert whole.look(whole=True) == bytewise.look(whole=True)
    assert whole.look(whole=True).heads == {"main": "1" * 40}


def test_a_line_without_an_end_is_no_listing() -> None:
    with pytest.raises(UnavailableError):
        Listing([], None).take(b"x" * 20_000)
