"""Downloads from a repository on this machine that behaves as badly as networks do."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from graph.errors import RuntimeProvisionError
from graph.runtime import provision as module
from graph.runtime.jars import Jar, JarLock, load_lock
from graph.runtime.provision import jars_present, provision, repository
from graph.settings import Settings, load_settings


def content(name: str, size: int) -> bytes:
    return hashlib.shake_128(name.encode()).digest(size)


FILES = {name: content(name, size) for name, size in (("small", 10), ("large", 700_000), ("third", 40_000))}
JARS = tuple(
    Jar("org.example", name, "1", "", hashlib.sha256(data).hexdigest(), len(data))
    for name, data in FILES.items()
)
LOCK = JarLock(JARS, "0" * 64)


@dataclass
class Repository:
    """What the server serves, how it misbehaves, and what it was asked."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=lambda: {jar.path: FILES[jar.artifact] for jar in JARS})
    ranges: bool = True
    cut_after: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def mirror() -> Iterator[Repository]:
    state = Repository()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.removeprefix("/maven/")
            wanted = self.headers.get("Range", "")
            state.asked.append((path, wanted))
            data = state.files.get(path)
            if data is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and state.ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            cut = state.cut_after.pop(path, None)
            self.wfile.write(data[start:cut])
            if cut is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/maven"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def using(url: str, folder: Path) -> Settings:
    return load_settings(cache_dir=folder, maven_repository=url)


class Counter:
    total = 0
    seen = 0

    def begin(self, total: int) -> None:
        self.total = total

    def advance(self, count: int) -> None:
        self.seen += count


def test_fetches_once_and_then_only_looks(mirror: Repository, tmp_path: Path) -> None:
    progress = Counter()
    lib = provision(using(mirror.url, tmp_path), lock=LOCK, progress=progress)
    assert {path.name: path.read_bytes() for path in lib.iterdir()} == {
        jar.filename: FILES[jar.artifact] for jar in JARS
    }
    assert progress.total == progress.seen == LOCK.size
    mirror.asked.clear()
    assert provision(using("http://127.0.0.1:1", tmp_path), lock=LOCK) == lib
    assert mirror.asked == []


def test_damaged_or_foreign_jar_in_the_cache_is_put_right(mirror: Repository, tmp_path: Path) -> None:
    lib = provision(using(mirror.url, tmp_path), lock=LOCK)
    (lib / "large-1.jar").write_bytes(b"short")
    (lib / "other-9.jar").write_bytes(b"of another lock")
    mirror.asked.clear()
    provision(using(mirror.url, tmp_path), lock=LOCK)
    assert (lib / "large-1.jar").read_bytes() == FILES["large"]
    assert not (lib / "other-9.jar").exists()
    assert [path for path, _ in mirror.asked] == [JARS[1].path]


def test_broken_connection_continues_where_it_stopped(mirror: Repository, tmp_path: Path) -> None:
    mirror.cut_after[JARS[1].path] = 600_000
    lib = provision(using(mirror.url, tmp_path), lock=LOCK)
    assert (lib / "large-1.jar").read_bytes() == FILES["large"]
    asked = [wanted for path, wanted in mirror.asked if path == JARS[1].path]
    assert len(asked) == 2
    assert 0 < int(asked[1].removeprefix("bytes=").rstrip("-")) <= 600_000


@pytest.mark.parametrize("ranges", [True, False])
def test_killed_download_is_continued_by_the_next_program(
    mirror: Repository, tmp_path: Path, ranges: bool
) -> None:
    mirror.ranges = ranges
    lib = module.lib_folder(using(mirror.url, tmp_path))
    lib.mkdir(parents=True)
    (lib / "large-1.jar.part").write_bytes(FILES["large"][:300_000])
    (lib / "small-1.jar.part").write_bytes(FILES["small"])
    progress = Counter()
    provision(using(mirror.url, tmp_path), lock=LOCK, progress=progress)
    assert (lib / "large-1.jar").read_bytes() == FILES["large"]
    assert (JARS[1].path, "bytes=300000-") in mirror.asked
    assert JARS[0].path not in [path for path, _ in mirror.asked]
    assert progress.seen == LOCK.size
    assert not list(lib.glob("*.part"))


@pytest.mark.parametrize(
    "served", [FILES["third"][:-1] + b"?", FILES["third"] + b"more", b"<html>a portal</html>" * 9_999]
)
def test_wrong_content_is_refused_and_not_kept(
    mirror: Repository, tmp_path: Path, served: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", 2)
    mirror.files[JARS[2].path] = served
    with pytest.raises(RuntimeProvisionError, match=r"third-1\.jar .* is not the file we locked") as failure:
        provision(using(mirror.url, tmp_path), lock=LOCK)
    assert "GUANXI_MAVEN_REPOSITORY" in failure.value.remedy
    assert not list(tmp_path.rglob("third-1*"))
    assert not list(tmp_path.rglob("verified"))

    mirror.files[JARS[2].path] = FILES["third"]
    assert (provision(using(mirror.url, tmp_path), lock=LOCK) / "third-1.jar").read_bytes() == FILES["third"]


def test_missing_jar_and_no_network_say_what_to_do(
    mirror: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", 2)
    del mirror.files[JARS[0].path]
    with pytest.raises(RuntimeProvisionError, match=r"small-1\.jar .*the server answered 404"):
        provision(using(mirror.url, tmp_path), lock=LOCK)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://user:secret@127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(RuntimeProvisionError, match=r"could not be downloaded.*no connection") as failure:
            provision(using(address, tmp_path / "other"), lock=LOCK)
    assert "GUANXI_JARS_DIR" in failure.value.remedy
    assert "secret" not in str(failure.value)
    assert "127.0.0.1" in failure.value.message


def test_full_disk_is_named_and_the_space_given_back(mirror: Repository, tmp_path: Path) -> None:
    lib = module.lib_folder(using(mirror.url, tmp_path))
    lib.mkdir(parents=True)
    (lib / "large-1.jar.part").symlink_to("/dev/full")
    with pytest.raises(RuntimeProvisionError, match="The disk is full") as failure:
        provision(using(mirror.url, tmp_path), lock=LOCK)
    assert "GUANXI_CACHE_DIR" in failure.value.remedy
    assert not list(lib.glob("large-1*"))


def test_too_little_space_is_seen_before_the_download(mirror: Repository, tmp_path: Path) -> None:
    huge = Jar("org.example", "huge", "1", "", "0" * 64, 10**15)
    with pytest.raises(RuntimeProvisionError, match="Too little disk space"):
        provision(using(mirror.url, tmp_path), lock=JarLock((*JARS, huge), "1" * 64))
    assert mirror.asked == []


def test_unwritable_cache_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeProvisionError, match="cannot be written"):
        provision(using("http://127.0.0.1:1", tmp_path / "file"), lock=LOCK)


def test_two_programs_download_once(mirror: Repository, tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=provision, args=(using(mirror.url, tmp_path),), kwargs={"lock": LOCK})
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(path for path, _ in mirror.asked) == sorted(jar.path for jar in JARS)


def test_stop_ends_the_wait_for_another_program(mirror: Repository, tmp_path: Path) -> None:
    folder = module.lib_folder(using(mirror.url, tmp_path)).parent
    folder.mkdir(parents=True)
    handle = module.hold(folder / "download.lock")
    assert handle is not None
    stop = threading.Event()
    stop.set()
    with pytest.raises(RuntimeProvisionError, match="stopped"):
        provision(using(mirror.url, tmp_path), lock=LOCK, stop=stop)
    module.os.close(handle)


def test_given_folder_is_checked_and_used_as_it_is(tmp_path: Path) -> None:
    settings = load_settings(jars_dir=tmp_path)
    with pytest.raises(RuntimeProvisionError, match="lacks 3 of 3 jars"):
        provision(settings, lock=LOCK)
    for jar in JARS:
        (tmp_path / jar.filename).write_bytes(FILES[jar.artifact])
    assert provision(settings, lock=LOCK) == tmp_path
    (tmp_path / "small-1.jar").write_bytes(b"?" * 10)
    with pytest.raises(RuntimeProvisionError, match="not the file we locked"):
        provision(settings, lock=LOCK)
    assert not jars_present(settings)
    assert not jars_present(load_settings(cache_dir=tmp_path))
    assert len(load_lock().jars) == 225


def test_repository_is_the_mirror_else_the_one_jgo_knows() -> None:
    assert repository("https://mirror.example/root/") == "https://mirror.example/root"
    assert repository().startswith("https://")
    with pytest.raises(RuntimeProvisionError, match="GUANXI_MAVEN_REPOSITORY"):
        repository("file:///etc")
