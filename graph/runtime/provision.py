"""Gets the server's jars: downloaded once for all data folders, in parallel, resumable, verified.

Whatever interrupts a download leaves `.part` files that the next one continues; a jar has its name only when
its hash is right, and a stamp beside the jars says that all of this lock were verified.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Generator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import requests
from jgo.maven import MavenContext
from requests.adapters import HTTPAdapter
from tenacity import (
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_attempt,
    stop_any,
    stop_when_event_set,
    wait_exponential_jitter,
)

from graph.errors import RuntimeProvisionError
from graph.runtime.jars import VERSIONS, Jar, JarLock, load_lock, lock_file
from graph.runtime.progress import Progress
from graph.runtime.store import folder_error, hold, private_folder
from graph.settings import Settings

WORKERS: Final = 8
ATTEMPTS: Final = 4
_CHUNK: Final = 256 * 1024
_TIMEOUT: Final = (10, 30)  # seconds to connect, seconds of silence
_SPARE: Final = 50_000_000  # bytes that must stay free beside the jars


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the jars come from, whom to tell, and what ends it early."""

    mirror: str | None
    progress: Progress | None
    stop: threading.Event


class _TransientError(Exception):
    """A download that may go well the next time; the text is for the user."""


class _DamagedError(Exception):
    """Bytes arrived, but not those the lock names."""


def provision(
    settings: Settings,
    *,
    lock: JarLock | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Path:
    """The folder with every jar of the lock, verified; fetches what is missing.

    With `settings.jars_dir` set nothing is fetched: the folder must hold all of them. Calling it again costs
    a few file look-ups; programs that call it at once wait for each other. Setting `stop` ends it soon.
    Raises RuntimeProvisionError.
    """
    version = VERSIONS[settings.neo4j_version]
    lock = lock or load_lock(lock_file(version))
    stop = stop or threading.Event()
    if settings.jars_dir is not None:
        return _given_folder(settings.jars_dir.expanduser(), lock, version)
    folder = lib_folder(settings)
    if _is_verified(folder, lock):
        return folder
    try:
        private_folder(folder)
        with _alone(folder.with_name("download.lock"), stop):
            if not _is_verified(folder, lock):
                _complete(folder, lock, _Source(settings.maven_repository, progress, stop))
    except OSError as error:
        raise folder_error(folder, error) from error
    return folder


def jars_present(settings: Settings) -> bool:
    """True when the jars need no download; changes nothing."""
    lock = load_lock(lock_file(VERSIONS[settings.neo4j_version]))
    if settings.jars_dir is not None:
        return all((settings.jars_dir.expanduser() / jar.filename).is_file() for jar in lock.jars)
    return _is_verified(lib_folder(settings), lock)


def lib_folder(settings: Settings) -> Path:
    """Where the jars of the version that is set are kept."""
    return settings.cache_dir.expanduser().resolve() / "neo4j" / VERSIONS[settings.neo4j_version] / "lib"


def _stamp(folder: Path) -> Path:
    return folder.with_name("verified")


def _is_verified(folder: Path, lock: JarLock) -> bool:
    """By the stamp and each jar's size: hashing 150 MB at every start would cost a second."""
    try:
        if _stamp(folder).read_text(encoding="ascii").strip() != lock.digest:
            return False
        return all((folder / jar.filename).stat().st_size == jar.size for jar in lock.jars)
    except (OSError, UnicodeDecodeError):
        return False


def _given_folder(folder: Path, lock: JarLock, version: str) -> Path:
    marked = folder.resolve()
    missing = [jar for jar in lock.jars if not (marked / jar.filename).is_file()]
    if missing:
        raise RuntimeProvisionError(
            f"GUANXI_JARS_DIR ({marked}) lacks {len(missing)} of {len(lock.jars)} jars, first"
            f" {missing[0].filename}.",
            remedy=f"Copy the folder `lib` of a machine that has run guanxi with Neo4j {version}.",
        )
    for jar in lock.jars:
        path = marked / jar.filename
        if path.stat().st_size != jar.size or _sha256(path) != jar.sha256:
            raise _wrong_hash(jar, str(marked))
    return marked


@contextmanager
def _alone(path: Path, stop: threading.Event) -> Generator[None]:
    """Wait until no other program downloads."""
    while (handle := hold(path)) is None:
        if stop.wait(0.1):
            raise _stopped()
    try:
        yield
    finally:
        os.close(handle)


def _complete(folder: Path, lock: JarLock, source: _Source) -> None:
    _stamp(folder).unlink(missing_ok=True)
    wanted = {jar.filename for jar in lock.jars}
    for stranger in folder.iterdir():  # a jar of another lock would be on the class path too
        if stranger.name.removesuffix(".part") not in wanted:
            stranger.unlink()
    missing = [jar for jar in lock.jars if not _is_good(folder / jar.filename, jar)]
    if missing:
        _check_space(folder, missing)
        if source.progress is not None:
            source.progress.begin(sum(jar.size for jar in missing))
        _fetch_all(missing, folder, source)
    _stamp(folder).write_text(lock.digest + "\n", encoding="ascii")


def repository(mirror: str | None = None) -> str:
    """Root address of the Maven repository: the one given, else the one jgo knows as central."""
    root = mirror or next(iter(MavenContext().remote_repos.values()))
    if not root.startswith(("https://", "http://")):
        raise RuntimeProvisionError(
            "GUANXI_MAVEN_REPOSITORY is not an http(s) address.",
            remedy="Give the mirror's root, as https://host/path.",
        )
    return root.rstrip("/")


def _check_space(folder: Path, missing: list[Jar]) -> None:
    there = sum(part.stat().st_size for part in folder.glob("*.part"))
    needed = sum(jar.size for jar in missing) - there + _SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise RuntimeProvisionError(
            f"Too little disk space in {folder}: {needed / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free.",
            remedy="Free some space there, or set GUANXI_CACHE_DIR to a folder on another disk.",
        )


def _fetch_all(missing: list[Jar], folder: Path, source: _Source) -> None:
    root = repository(source.mirror)
    largest_first = sorted(missing, key=lambda jar: -jar.size)  # so that no big one is left to run alone
    with _session() as session, ThreadPoolExecutor(WORKERS, thread_name_prefix="jars") as pool:
        tasks = [pool.submit(_Transfer(jar, folder, root, session, source).run) for jar in largest_first]
        try:
            done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
            for task in done:
                task.result()
        except BaseException:
            source.stop.set()
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def _session() -> Generator[requests.Session]:
    with requests.Session() as session:
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=WORKERS)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        session.headers["User-Agent"] = "guanxi"
        session.headers["Accept-Encoding"] = "identity"  # a Range counts bytes of the jar itself
        yield session


@dataclass(slots=True)
class _Transfer:
    """The download of one jar into its `.part` file, verified, then renamed."""

    jar: Jar
    folder: Path
    root: str
    session: requests.Session
    source: _Source
    shown: int = 0  # bytes of this jar that the progress bar counts

    @property
    def part(self) -> Path:
        return self.folder / f"{self.jar.filename}.part"

    def run(self) -> None:
        attempts = Retrying(
            retry=retry_if_exception_type((_TransientError, _DamagedError)),
            stop=stop_any(stop_after_attempt(ATTEMPTS), stop_when_event_set(self.source.stop)),
            wait=wait_exponential_jitter(multiplier=0.3, max=3),
            sleep=sleep_using_event(self.source.stop),
            reraise=True,
        )
        try:
            attempts(self._attempt)
            self.part.replace(self.folder / self.jar.filename)
        except _DamagedError as error:
            raise _wrong_hash(self.jar, _public(self.root)) from error
        except _TransientError as error:
            raise RuntimeProvisionError(
                f"Neo4j could not be downloaded: {self.jar.filename} from {_public(self.root)}: {error}.",
                remedy="Check the network and the proxy settings and run it again: it continues where it"
                " stopped. Without a network, set GUANXI_MAVEN_REPOSITORY to a mirror or GUANXI_JARS_DIR to a"
                " folder of jars.",
            ) from error
        except OSError as error:
            self.part.unlink(missing_ok=True)  # gives the space back where the disk is full
            raise folder_error(self.folder, error) from error

    def _attempt(self) -> None:
        have = self.part.stat().st_size if self.part.exists() else 0
        if have < self.jar.size:
            self._request(have)
        if self.part.stat().st_size < self.jar.size:
            raise _TransientError("the connection ended early")
        if not _is_good(self.part, self.jar):
            raise self._thrown_away()
        self._show(self.jar.size)

    def _request(self, have: int) -> None:
        headers = {"Range": f"bytes={have}-"} if have else {}
        url = f"{self.root}/{self.jar.path}"
        try:
            with self.session.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as response:
                if response.status_code == 416:  # what we have is not a beginning of what is there
                    raise self._thrown_away()
                if response.status_code not in (200, 206):
                    raise _TransientError(f"the server answered {response.status_code}")
                resumed = response.status_code == 206
                with self.part.open("ab" if resumed else "wb") as file:
                    self._copy(response, file, have if resumed else 0)
        except requests.RequestException as error:
            raise _TransientError(_reason(error)) from error

    def _copy(self, response: requests.Response, file: BinaryIO, position: int) -> None:
        self._show(position)
        for chunk in response.iter_content(_CHUNK):
            if self.source.stop.is_set():
                raise _TransientError("stopped")
            position += len(chunk)
            if position > self.jar.size:
                raise self._thrown_away()  # more than the lock allows: do not fill the disk with it
            file.write(chunk)
            self._show(position)

    def _thrown_away(self) -> _DamagedError:
        self.part.unlink(missing_ok=True)
        self._show(0)
        return _DamagedError()

    def _show(self, position: int) -> None:
        if self.source.progress is not None:
            self.source.progress.advance(position - self.shown)
        self.shown = position


def _public(address: str) -> str:
    """The address without the user and password that a mirror's may hold."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not trusted"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy refused"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection ended early"
    return "no connection"


def _is_good(path: Path, jar: Jar) -> bool:
    return path.is_file() and path.stat().st_size == jar.size and _sha256(path) == jar.sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stopped() -> RuntimeProvisionError:
    return RuntimeProvisionError("The download of Neo4j was stopped.", remedy="Run it again: it continues.")


def _wrong_hash(jar: Jar, where: str) -> RuntimeProvisionError:
    return RuntimeProvisionError(
        f"{jar.filename} from {where} is not the file we locked: its SHA-256 differs.",
        remedy="Nothing of it was kept. A proxy or mirror may alter downloads: use another one"
        " (GUANXI_MAVEN_REPOSITORY).",
    )
