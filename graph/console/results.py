"""Files of results: a folder of mode 0700 with one for each query, files of mode 0600.

A file is written beside its name and appears whole. Which may lie here is what the graph says: whatever it does not
know was left by a process that was killed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final

from graph.errors import GuanxiError
from graph.privacy.master import sync_folder

_FOLDER: Final = 0o700
_FILE: Final = 0o600


class ResultsError(GuanxiError):
    """A result cannot be written, as where the disk is full."""

    code: ClassVar[str] = "results"
    status: ClassVar[int] = 503


class ResultFiles:
    """Keeps files by query and name; both are ids of ours. For any number of processes."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when the first file is."""
        self._folder = folder

    def path(self, query_id: str, name: str) -> Path:
        """Where a file lies, or would."""
        return self._folder / query_id / name

    async def write(self, query_id: str, name: str, data: bytes) -> None:
        """Keep a file: when this returns it survives a power cut. An older one of the name is replaced.

        Raises ResultsError.
        """
        await asyncio.to_thread(self._write, query_id, name, data)

    async def listed(self, query_id: str | None = None) -> dict[str, list[str]]:
        """The names that lie here, by query: of one, or of all. Also of files that are only half written."""
        return await asyncio.to_thread(self._listed, query_id)

    async def remove(self, query_id: str, names: Iterable[str]) -> None:
        """Remove files; what is gone already is no error. Raises ResultsError."""
        await asyncio.to_thread(self._remove, query_id, list(names))

    async def remove_all(self, query_id: str) -> None:
        """Remove a query's files with their folder, as far as that goes: what is left over is found later."""
        await asyncio.to_thread(shutil.rmtree, self._folder / query_id, ignore_errors=True)

    def _write(self, query_id: str, name: str, data: bytes) -> None:
        path = self.path(query_id, name)
        partial = path.with_name(partial_of(name))
        try:
            for folder in (self._folder, path.parent):
                folder.mkdir(_FOLDER, parents=True, exist_ok=True)
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
            sync_folder(path.parent)
            sync_folder(self._folder)
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise _unusable(self._folder, error) from None

    def _listed(self, query_id: str | None) -> dict[str, list[str]]:
        folders = [query_id] if query_id is not None else _names(self._folder)
        return {name: _names(self._folder / name) for name in folders}

    def _remove(self, query_id: str, names: list[str]) -> None:
        try:
            for name in names:
                self.path(query_id, name).unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self._folder, error) from None


def partial_of(name: str) -> str:
    """What a file is called while it is being written."""
    return f".{name}.partial"


def id_in(name: str) -> str:
    """The id of the result that a file is of, also where it is only half written."""
    return name.removeprefix(".").partition(".")[0]


def _names(folder: Path) -> list[str]:
    try:
        return sorted(one.name for one in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unusable(folder, error) from None


def _unusable(folder: Path, error: OSError) -> ResultsError:
    return ResultsError(
        f"Results cannot be kept in {folder}: {error.strerror}.",
        remedy="Check the disk and the folder's owner.",
    )
