"""Files: what lies in a folder, reading without following links, writing all or nothing."""

from __future__ import annotations

import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.errors import CannotJudge, UsageError
from preflight.shell.files import Entry, Kind, WorkingTree, matching, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WRITE_FIX = "Check the folder, its permissions and the space on the disk."


def file(root: Path, path: str, text: str = "a: 1\n") -> Path:
    """Put a file below ``root``, with the folders it needs."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def opened() -> int:
    """How many files this process has open, where the system tells."""
    return len(names(Path("/proc/self/fd"))) if Path("/proc/self/fd").exists() else 0


# ---- Listing ------------------------------------------------------------------------------------


def test_entries_are_named_by_kind_and_sorted_by_path(tmp_path: Path) -> None:
    file(tmp_path, "vendors/b.yaml")
    file(tmp_path, "vendors/a.yaml")
    file(tmp_path, "vendors/a/deep/er.yaml")
    file(tmp_path, "vendors/a-b.yaml")
    file(tmp_path, "elsewhere/c.yaml")
    (tmp_path / "vendors/empty").mkdir()
    (tmp_path / "vendors/link.yaml").symlink_to("a.yaml")
    (tmp_path / "vendors/lost.yaml").symlink_to("/nowhere/at/all")
    (tmp_path / "vendors/folder").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    os.mkfifo(tmp_path / "vendors/pipe.yaml")
    assert WorkingTree(tmp_path).entries("vendors") == [
        Entry("vendors/a-b.yaml", Kind.FILE),
        Entry("vendors/a.yaml", Kind.FILE),
        Entry("vendors/a/deep/er.yaml", Kind.FILE),
        Entry("vendors/b.yaml", Kind.FILE),
        Entry("vendors/empty", Kind.FOLDER),
        Entry("vendors/folder", Kind.LINK),
        Entry("vendors/link.yaml", Kind.LINK),
        Entry("vendors/lost.yaml", Kind.LINK),
        Entry("vendors/pipe.yaml", Kind.OTHER),
    ]


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param("vendors", id="a folder that is not there"),
        pytest.param("vendors/decisions", id="a folder in a folder that is not there"),
        pytest.param("taken", id="a file in place of the folder"),
        pytest.param("taken/below", id="below a file"),
    ],
)
def test_where_there_is_no_folder_there_is_nothing(tmp_path: Path, folder: str) -> None:
    file(tmp_path, "taken")
    assert WorkingTree(tmp_path).entries(folder) == []


def test_the_root_is_listed_without_what_git_keeps(tmp_path: Path) -> None:
    file(tmp_path, ".git/config")
    file(tmp_path, "sub/.git/config")
    file(tmp_path, ".github/x.yaml")
    file(tmp_path, "preflight.yaml")
    assert WorkingTree(tmp_path).entries("") == [
        Entry(".github/x.yaml", Kind.FILE),
        Entry("preflight.yaml", Kind.FILE),
    ]


@pytest.mark.parametrize("name", ["new\nline.yaml", "-rf.yaml", "::error::.yaml", "ünïcode.yaml", "a b.yaml"])
def test_odd_names_are_listed_as_they_are(tmp_path: Path, name: str) -> None:
    file(tmp_path, f"vendors/{name}")
    source = WorkingTree(tmp_path)
    assert source.entries("vendors") == [Entry(f"vendors/{name}", Kind.FILE)]
    assert matching(source, "vendors/*.yaml") == [Entry(f"vendors/{name}", Kind.FILE)]
    assert source.read(f"vendors/{name}", 10) == b"a: 1\n"


@pytest.mark.parametrize("folder", ["vendors", "vendors/below"])
def test_a_link_in_place_of_the_folder_is_named_and_not_followed(tmp_path: Path, folder: str) -> None:
    file(tmp_path, "outside/below/secret.yaml")
    root = tmp_path / "registry"
    root.mkdir()
    (root / "vendors").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert WorkingTree(root).entries(folder) == [Entry("vendors", Kind.LINK)]
    assert matching(WorkingTree(root), f"{folder}/**") == []


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    file(tmp_path, "real/vendors/a.yaml")
    (tmp_path / "root").symlink_to(tmp_path / "real", target_is_directory=True)
    assert WorkingTree(tmp_path / "root").entries("vendors") == [Entry("vendors/a.yaml", Kind.FILE)]


def test_a_folder_that_the_system_refuses_to_list_is_said(tmp_path: Path) -> None:
    name = "x" * 300
    with pytest.raises(CannotJudge) as caught:
        WorkingTree(tmp_path).entries(name)
    assert (caught.value.path, caught.value.message) == (name, "the folder cannot be read: File name too long")
    assert caught.value.fix == "Make it readable; a file that is not seen is not judged."


def test_the_kind_of_a_single_path(tmp_path: Path) -> None:
    file(tmp_path, "vendors/a.yaml")
    (tmp_path / "link").symlink_to("vendors/a.yaml")
    (tmp_path / "folder").symlink_to("vendors", target_is_directory=True)
    (tmp_path / "lost").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    source = WorkingTree(tmp_path)
    paths = ["vendors/a.yaml", "link", "folder", "lost", "pipe", "vendors", "gone", "vendors/a.yaml/below"]
    kinds = [Kind.FILE, Kind.LINK, Kind.LINK, Kind.LINK, Kind.OTHER, None, None, None]
    assert [source.kind(path) for path in paths] == kinds


# ---- Matching -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """A source that has names only."""

    paths: tuple[str, ...]

    def entries(self, folder: str) -> list[Entry]:
        return [Entry(path, Kind.FILE) for path in self.paths if path.startswith(f"{folder}/" if folder else "")]

    def kind(self, path: str) -> Kind | None:
        return Kind.FILE if path in self.paths else None

    def read(self, path: str, most: int) -> bytes:
        raise NotImplementedError((path, most))


LISTED = Listed(
    (
        "preflight.yaml",
        "vendors.yaml",
        "vendors/[a].yaml",
        "vendors/a.yaml",
        "vendors/a.yml",
        "vendors/ab.yaml",
        "vendors/axyaml",
        "vendors/deep/c.yaml",
        "vendors/deep/er/d.yaml",
        "vendors/new\nline.yaml",
        "vendors/é.yaml",
    )
)
RECORDS = ["vendors/[a].yaml", "vendors/a.yaml", "vendors/ab.yaml", "vendors/new\nline.yaml", "vendors/é.yaml"]


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        pytest.param("preflight.yaml", ["preflight.yaml"], id="a name at the root"),
        pytest.param("vendors/a.yaml", ["vendors/a.yaml"], id="a name in a folder"),
        pytest.param("vendors/*.yaml", RECORDS, id="a star stays within the folder"),
        pytest.param("*.yaml", ["preflight.yaml", "vendors.yaml"], id="a star at the root"),
        pytest.param("vendors/?.yaml", ["vendors/a.yaml", "vendors/é.yaml"], id="a question mark is one character"),
        pytest.param("vendors/*/*.yaml", ["vendors/deep/c.yaml"], id="a star for the folder"),
        pytest.param(
            "vendors/**/?.yaml",
            ["vendors/a.yaml", "vendors/deep/c.yaml", "vendors/deep/er/d.yaml", "vendors/é.yaml"],
            id="two stars are any folders, also none",
        ),
        pytest.param("**/d.yaml", ["vendors/deep/er/d.yaml"], id="two stars at the root"),
        pytest.param("vendors/deep/**", ["vendors/deep/c.yaml", "vendors/deep/er/d.yaml"], id="two stars at the end"),
        pytest.param("vendors/[a].yaml", ["vendors/[a].yaml"], id="brackets mean themselves"),
        pytest.param("vendors/a.yam", [], id="all of the name has to match"),
        pytest.param("elsewhere/*.yaml", [], id="a folder that is not there"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_matching(pattern: str, paths: list[str]) -> None:
    assert [entry.path for entry in matching(LISTED, pattern)] == paths


# ---- Reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "data"),
    [
        pytest.param(9, b"0123456789", id="at most one byte more than asked for"),
        pytest.param(4, b"01234", id="only the beginning"),
        pytest.param(100, b"0123456789", id="no more than there is"),
    ],
)
def test_the_beginning_of_a_file_is_read(tmp_path: Path, most: int, data: bytes) -> None:
    file(tmp_path, "a.yaml", "0123456789")
    assert WorkingTree(tmp_path).read("a.yaml", most) == data


def link(path: Path) -> None:
    path.symlink_to("secret.yaml")


def link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing.yaml")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


@pytest.mark.parametrize(
    ("replace", "reason"),
    [
        pytest.param(link, "Too many levels of symbolic links", id="a link to a file"),
        pytest.param(link_to_nothing, "Too many levels of symbolic links", id="a link to nothing"),
        pytest.param(link_to_itself, "Too many levels of symbolic links", id="a link to itself"),
        pytest.param(endless, "Too many levels of symbolic links", id="a link to a device"),
        pytest.param(os.mkfifo, "not a regular file", id="a pipe that nobody writes to"),
        pytest.param(listening, "No such device or address", id="a socket"),
        pytest.param(os.mkdir, "not a regular file", id="a folder"),
        pytest.param(lambda _: None, "No such file or directory", id="nothing"),
    ],
)
def test_what_takes_the_place_of_a_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: Callable[[Path], None], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    file(tmp_path, "secret.yaml", "secret: 1\n")
    replace(tmp_path / "a.yaml")
    before = opened()
    said: list[bytes | str] = []

    def read() -> None:
        try:
            said.append(WorkingTree(tmp_path).read("a.yaml", 100))
        except OSError as error:
            said.append(error.strerror or str(error))

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    reading.join(5)  # a reader that waits for a pipe would wait for ever
    assert said == [reason]
    assert opened() == before


# ---- Writing ------------------------------------------------------------------------------------


@pytest.fixture
def usual_mode() -> Iterator[None]:
    before = os.umask(0o027)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.usefixtures("usual_mode")
@pytest.mark.parametrize(
    ("data", "content"),
    [
        pytest.param("é\n", b"\xc3\xa9\n", id="text is written as UTF-8, with the line ends it has"),
        pytest.param("a\r\nb\n", b"a\r\nb\n", id="line ends of Windows stay"),
        pytest.param(b"\x00\xff", b"\x00\xff", id="bytes"),
        pytest.param("", b"", id="nothing"),
    ],
)
def test_a_file_is_written_with_the_folders_it_needs(tmp_path: Path, data: bytes | str, content: bytes) -> None:
    target = tmp_path / "out/below/report.json"
    write(target, data)
    assert target.read_bytes() == content
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert names(target.parent) == ["report.json"]
    assert os.umask(0o027) == 0o027


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    target = file(tmp_path, "a.txt", "old and longer")
    write(target, "new")
    assert target.read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["a.txt"]


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    outside = file(tmp_path, "outside.txt", "mine")
    (tmp_path / "a.txt").symlink_to(outside)
    write(tmp_path / "a.txt", "new")
    assert outside.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "a.txt").is_symlink()


def test_below_a_file_nothing_is_written(tmp_path: Path) -> None:
    taken = file(tmp_path, "taken", "mine")
    with pytest.raises(UsageError) as caught:
        write(taken / "a.txt", "new")
    assert caught.value.message == f"{taken / 'a.txt'} cannot be written: File exists"
    assert caught.value.fix == WRITE_FIX
    assert (names(tmp_path), taken.read_text(encoding="utf-8")) == (["taken"], "mine")


def test_in_place_of_a_folder_nothing_is_written(tmp_path: Path) -> None:
    kept = file(tmp_path, "folder/kept.txt", "mine")
    with pytest.raises(UsageError) as caught:
        write(tmp_path / "folder", "new")
    assert caught.value.message == f"{tmp_path / 'folder'} cannot be written: Is a directory"
    assert (names(tmp_path), kept.read_text(encoding="utf-8")) == (["folder"], "mine")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere; the next test holds for all")
def test_in_a_folder_without_permission_nothing_is_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UsageError) as caught:
            write(tmp_path / "a.txt", "new")
    finally:
        tmp_path.chmod(0o700)
    assert caught.value.message == f"{tmp_path / 'a.txt'} cannot be written: Permission denied"
    assert names(tmp_path) == []


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Let no file grow beyond 1,000 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_when_the_disk_is_full_the_old_file_stays_and_nothing_else(tmp_path: Path, small_disk: None) -> None:
    del small_disk
    target = file(tmp_path, "a.txt", "old")
    with pytest.raises(UsageError) as caught:
        write(target, "x" * 5000)
    assert caught.value.message == f"{target} cannot be written: File too large"
    assert caught.value.fix == WRITE_FIX
    assert (names(tmp_path), target.read_text(encoding="utf-8")) == (["a.txt"], "old")


INTERRUPTED = """
import sys
from pathlib import Path
from preflight.shell.files import write

def interrupt(event, arguments):
    if event == sys.argv[2]:
        raise KeyboardInterrupt

sys.addaudithook(interrupt)
try:
    write(Path(sys.argv[1]), "new")
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("step", ["os.chmod", "os.rename"])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, step: str) -> None:
    target = file(tmp_path, "a.txt", "old")
    command = [sys.executable, "-c", INTERRUPTED, str(target), step]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "interrupted\n"
    assert (names(tmp_path), target.read_text(encoding="utf-8")) == (["a.txt"], "old")
