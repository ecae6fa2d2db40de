"""The statements of `cypher/judgement`, and their rows as values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.errors import DatabaseError
from graph.identity.evidence import Verdict
from graph.identity.stored import open_edge
from graph.ingest.components import ReadOne
from graph.judgement.model import Attached, Judged, Kind, MarkedIdentifier
from graph.judgement.plan import Restored, Undone
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

IDENTITY: Final = (
    "HAS", "CLAIMS", "DISOWNED", "RESOLVED_TO", "CANDIDATE", "SAME_AS", "DIFFERENT_FROM", "CONCERNS", "BLOCKS_ON",
    "SCORED",
)  # fmt: skip
"""Relationships of a profile that say who it is: they are no things that move with it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A profile that is meant by `ref`, its own id or a oneId; `born` is the one that had that oneId at birth."""

    ref: str
    profile_id: str
    one_id: str
    component: str
    born: str


@dataclass(frozen=True, slots=True)
class StoredJudgement:
    """A judgement with all it wrote."""

    judged: Judged
    content: str
    components: frozenset[str]
    undone: Undone
    marked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldIdentifier:
    """An identifier that somebody holds; `holder` is one of them, the least."""

    key: str
    namespace: str
    mask: str
    holder: str


class Judgements:
    """Reads judgements, with `Database.read_one` or within a transaction."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    async def subjects(
        self, read: ReadOne, refs: Collection[str]
    ) -> tuple[dict[str, Subject], dict[str, str]]:
        """The profiles meant, by ref, and the judgements in force about any of them: ids by content."""
        row = await read("judgement.find_subjects", asked={"refs": sorted(refs)})
        subjects, standing = row or ((), ())
        return {values[0]: Subject(*values) for values in subjects}, dict(standing)

    async def judgement(self, read: ReadOne, judgement_id: str) -> StoredJudgement | None:
        """One judgement."""
        row = await read("judgement.find_judgement", id=judgement_id)
        if row is None:
            return None
        head, verdicts, disowned, marked = row
        id_, kind, by, why, sealed_by, recorded_at, retracted_at, retracted_by, content, concerns = head
        keys = self._keyring.keys_for(sorted({edge[0] for edge in disowned}))
        restored = tuple(
            Restored(edge[0], *_opened(edge[1:], Sealer(keys[edge[0]].data_key, edge[0])))
            for edge in disowned
            if edge[0] in keys
        )
        listed = [id_, kind, by, why, sealed_by, recorded_at, retracted_at, retracted_by]
        masks = [[namespace, mask] for _, namespace, mask, _ in marked]
        return StoredJudgement(
            judged=self.read([*listed, [profile for profile, _ in concerns], masks]),
            content=content,
            components=frozenset(component for _, component in concerns),
            undone=Undone(
                verdicts=tuple((Verdict(type_.lower()), one, other) for type_, one, other in verdicts),
                restored=restored,
                unshared=tuple(key for key, _, _, others in marked if kind == Kind.SHARED and not others),
            ),
            marked=tuple(key for key, *_ in marked),
        )

    async def by_operation(self, read: ReadOne, operation_id: str) -> StoredJudgement | None:
        """The judgement an operation wrote."""
        row = await read("judgement.find_operation", operationId=operation_id)
        return await self.judgement(read, row[0]) if row else None

    async def identifiers(self, read: ReadOne, keys: Collection[str]) -> list[HeldIdentifier]:
        """Of these identifiers those that somebody holds."""
        row = await read("judgement.find_identifiers", asked={"keys": sorted(keys)})
        return [HeldIdentifier(*values) for values in (row[0] if row else ())]

    async def holder_components(self, read: ReadOne, hot_by_key: Mapping[str, int]) -> set[str]:
        """The components of all who hold these identifiers; of one with more holders than `hot` those by
        trusted evidence only, and none where even they are more."""
        if not hot_by_key:
            return set()
        identifiers = [[key, hot] for key, hot in sorted(hot_by_key.items())]
        row = await read("ingest.look_up", keys={"records": [], "identifiers": identifiers, "messages": []})
        if row is None:
            raise DatabaseError("The graph has no change feed.", remedy="Run `guanxi migrate`.")
        return {component for identifier in row[2] for component in identifier[3]}

    async def attached(self, read: ReadOne, profiles: Collection[str]) -> tuple[Attached, ...]:
        """What hangs on these profiles, counted."""
        asked = {"profiles": sorted(profiles), "identity": list(IDENTITY)}
        row = await read("judgement.count_attached", read=asked) if profiles else None
        return tuple(Attached(*values) for values in (row[0] if row else ()))

    def read(self, row: Sequence[Any]) -> Judged:
        """A row of `judgement.list_judgements`, its reason unsealed where its key is still there."""
        id_, kind, by, why, sealed_by, recorded_at, retracted_at, retracted_by, profiles, marked = row
        return Judged(
            id=id_,
            kind=Kind(kind),
            by=by,
            why=self._why(id_, why, sealed_by),
            recorded_at=recorded_at,
            retracted_at=retracted_at,
            retracted_by=retracted_by,
            profiles=tuple(sorted(profiles)),
            identifiers=tuple(MarkedIdentifier(*values) for values in sorted(marked)),
        )

    def seal_why(self, judgement_id: str, why: str, profile_id: str) -> bytes | None:
        """The reason sealed under a profile's key; None where there is none, or the key is gone."""
        keys = self._keyring.keys_for([profile_id]) if why else {}
        if profile_id not in keys:
            return None
        return Sealer(keys[profile_id].data_key, profile_id).seal(f"why:{judgement_id}", why.encode())

    def _why(self, judgement_id: str, sealed: bytes | None, sealed_by: str | None) -> str | None:
        if sealed is None or sealed_by is None:
            return None
        keys = self._keyring.keys_for([sealed_by])
        if sealed_by not in keys:
            return None
        return Sealer(keys[sealed_by].data_key, sealed_by).open(f"why:{judgement_id}", sealed).decode()


def _opened(edge: Sequence[Any], sealer: Sealer) -> tuple[str, Any, Any]:
    return open_edge(edge, sealer)
