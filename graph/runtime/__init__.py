"""The embedded Neo4j: fetched, supervised and shared by every program on one data folder.

`Endpoint`, `Progress` and `database` are what others use. They are loaded when asked for: the supervisor is a
module of this package, lives as long as the server, and should weigh what it needs and no more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from graph.runtime.embedded import database
    from graph.runtime.endpoint import Endpoint
    from graph.runtime.progress import Progress

__all__ = ["Endpoint", "Progress", "database"]

_HOMES: Final = {"database": "embedded", "Endpoint": "endpoint", "Progress": "progress"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
