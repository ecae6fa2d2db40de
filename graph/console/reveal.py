"""Opening sealed values of columns that somebody names, who may see them and says what for.

What opens: the value of `HAS` and `CLAIMS`, the VIN of `DRIVES`, the record id and traits of a `Profile`, wherever
in the column they stand (alone, in a list, a map or a path). Everything else stays sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from neo4j import Record
from neo4j.graph import Node, Path, Relationship

from graph.access.audit import AuditLog, Disclosure
from graph.clock import Clock
from graph.console.model import Asker, Json
from graph.console.values import Opened
from graph.db.database import Database
from graph.errors import UnsealError
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

_HELD: Final[Mapping[str, tuple[str, str]]] = {
    "HAS": ("value", "value"),
    "CLAIMS": ("value", "value"),
    "DRIVES": ("vin", "vin"),
}
"""By relationship type: the sealed property, and what it is sealed as."""

_MOST: Final = 1_000
"""Relationships that are looked up at once."""


class Revealer:
    """Opens what rows hold, for one run; each opening is recorded before it is shown."""

    def __init__(
        self,
        asker: Asker,
        columns: tuple[str, ...],
        *,
        run: str,
        database: Database,
        keyring: Keyring,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._asker = asker
        self._columns = columns
        self._run = run
        self._database = database
        self._keyring = keyring
        self._audit = audit
        self._clock = clock

    async def open(self, records: list[Record]) -> Opened:
        """The clear values in these rows' columns. Raises AuditError where it cannot be recorded."""
        nodes: dict[str, Node] = {}
        held: dict[str, Relationship] = {}
        for record in records:
            for column in self._columns:
                for entity in entities(record[column]):
                    if isinstance(entity, Node):
                        nodes[entity.element_id] = entity
                    elif entity.type in _HELD:
                        held[entity.element_id] = entity
        opened: dict[str, dict[str, Json]] = {}
        subjects: set[str] = set()
        profiles = {id_: node for id_, node in nodes.items() if "Profile" in node.labels and node.get("id")}
        owners = await self._owners(list(held))
        keys = self._keyring.keys_for(
            list({*(str(node["id"]) for node in profiles.values()), *(owner for owner, _ in owners.values())})
        )
        sealers = {id_: Sealer(key.data_key, id_) for id_, key in keys.items()}
        for id_, node in profiles.items():
            if sealer := sealers.get(str(node["id"])):
                opened[id_] = _of_profile(node, sealer)
                subjects.add(sealer.profile_id)
        for id_, (owner, key) in owners.items():
            if sealer := sealers.get(owner):
                opened[id_] = _of_held(held[id_], key, sealer)
                subjects.add(owner)
        if subjects:
            await self._record(subjects)
        return opened

    async def _owners(self, ids: list[str]) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for at in range(0, len(ids), _MOST):
            for row in await self._database.read("console.find_sealed", ids=ids[at : at + _MOST]):
                found[row["id"]] = (row["profileId"], row["key"])
        return found

    async def _record(self, subjects: Iterable[str]) -> None:
        caller = self._asker.caller
        await self._audit.keep(
            Disclosure(
                at=self._clock(),
                key_id=caller.key_id,
                role=str(caller.role),
                purpose=str(self._asker.purpose),
                operation=f"console run {self._run}",
                fields=self._columns,
                subjects=tuple(sorted(subjects)),
            )
        )


def entities(value: Any) -> Iterator[Node | Relationship]:
    """All nodes and relationships that a value holds; without recursion, for values may be deep."""
    todo: list[Any] = [value]
    while todo:
        one: Any = todo.pop()
        if isinstance(one, Node | Relationship):
            yield one
        elif isinstance(one, Path):
            todo += [*one.nodes, *one.relationships]
        elif isinstance(one, Mapping):
            todo += cast("Mapping[str, Any]", one).values()
        elif isinstance(one, list):
            todo += cast("list[Any]", one)


def _of_profile(node: Node, sealer: Sealer) -> dict[str, Json]:
    found: dict[str, Json] = {}
    with suppress(UnsealError):
        if node.get("recordId") is not None:
            found["recordId"] = sealer.open("recordId", node["recordId"]).decode()
        if node.get("traits") is not None:
            found["traits"] = sealer.open_json("traits", node["traits"])
    return found


def _of_held(one: Relationship, key: str, sealer: Sealer) -> dict[str, Json]:
    property_, field = _HELD[one.type]
    sealed = one.get(property_)
    with suppress(UnsealError):
        if sealed is not None:
            return {property_: sealer.open(f"{field}:{key}", sealed).decode()}
    return {}
