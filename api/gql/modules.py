"""What each domain brings to the schema: a package here that has a `module.py` is part of it, without a central list.

A domain's `module.py` has one name, `MODULE`. It may add classes to the three roots, fields to the types of another
domain (as `User.household`), and types that no field names (those of an interface).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from strawberry.types.base import get_object_definition

import api.gql

_NAME: Final = "module"


@dataclass(frozen=True, slots=True)
class Module:
    """What one domain brings; strawberry's classes throughout."""

    queries: tuple[type, ...] = ()
    mutations: tuple[type, ...] = ()
    subscriptions: tuple[type, ...] = ()
    types: tuple[type, ...] = ()
    """Types that are reached by an interface or a union alone."""
    fields: Mapping[type, type] = field(default_factory=dict[type, type])
    """By a type of any domain, the class whose fields it gets; their resolvers take it as `strawberry.Parent`."""


def find_modules() -> tuple[Module, ...]:
    """The modules of all domains, by the domains' names."""
    return tuple(_modules())


def _modules() -> Iterator[Module]:
    for found in sorted(pkgutil.iter_modules(api.gql.__path__), key=lambda info: info.name):
        name = f"{api.gql.__name__}.{found.name}.{_NAME}"
        if found.ispkg and find_spec(name) is not None:
            module: Any = import_module(name)
            yield module.MODULE


def extend_types(modules: tuple[Module, ...]) -> None:
    """Give types the fields that other domains bring. Doing it twice is doing it once.

    Raises ValueError where a field is there already, of the type itself or of another domain.
    """
    for module in modules:
        for extended, brings in module.fields.items():
            present = get_object_definition(extended, strict=True).fields
            for new in get_object_definition(brings, strict=True).fields:
                if new in present:
                    continue
                if any(old.python_name == new.python_name for old in present):
                    raise ValueError(f"{extended.__name__}.{new.python_name} is there already")
                present.append(new)
