"""Domains plug into the schema by themselves: a package with a `module.py`, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import strawberry
from strawberry.types.base import get_object_definition

import api.gql
from api.gql.modules import Module, extend_types, find_modules
from api.gql.schema import build_schema


@strawberry.type(name="Person")
class _Person:
    name: str = "Zhao"


def shout(root: strawberry.Parent[_Person]) -> str:
    """The name, loudly."""
    return root.name.upper()


@strawberry.type
class _Loud:
    loud: str = strawberry.field(resolver=shout)


@strawberry.type
class _Query:
    @strawberry.field
    def person(self) -> _Person:
        """Somebody."""
        return _Person()


def test_every_domain_has_a_module() -> None:
    folders = [path.parent for path in Path(api.gql.__file__).parent.glob("*/__init__.py")]
    assert folders
    assert [folder.name for folder in folders if not (folder / "module.py").is_file()] == []
    assert len(find_modules()) == len(folders)


async def test_a_field_of_another_domain_is_answered() -> None:
    modules = (Module(fields={_Person: _Loud}),)
    extend_types(modules)
    extend_types(modules)
    assert [field.python_name for field in get_object_definition(_Person, strict=True).fields] == [
        "name",
        "loud",
    ]
    answer = await strawberry.Schema(_Query).execute("{ person { loud } }")
    assert answer.data == {"person": {"loud": "ZHAO"}}


def test_a_field_is_brought_once() -> None:
    @strawberry.type
    class Again:
        name: str

    with pytest.raises(ValueError, match=r"_Person\.name is there already"):
        extend_types((Module(fields={_Person: Again}),))


def test_a_schema_is_made_more_than_once() -> None:
    assert build_schema().as_str() == build_schema().as_str()
