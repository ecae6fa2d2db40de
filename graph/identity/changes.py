"""What a write changed in who is who, by ids only: merges, splits, moves and changes of founder. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

import orjson

from graph.identity.place import Placed


class ChangeKind(StrEnum):
    """What became of profiles that were one user's and are another's."""

    MERGED = "merged"  # `other` is nobody now; these profiles joined `one_id`, who was there before
    SPLIT = "split"  # `one_id` lives on; these profiles left it and are `other`, who was not there before
    MOVED = "moved"  # both were there before and are now; these profiles went from `other` to `one_id`
    REFOUNDED = "refounded"  # `other` is nobody now; its profiles are `one_id`, who was not there before


@dataclass(frozen=True, slots=True, order=True)
class IdentityChange:
    """Profiles that went together from one user to another in one commit."""

    kind: ChangeKind
    one_id: str
    other: str
    profiles: tuple[str, ...]

    def to_json(self) -> str:
        """As a feed entry keeps it; `from_json` gives it back."""
        return orjson.dumps([self.kind.value, self.one_id, self.other, self.profiles]).decode()

    @classmethod
    def from_json(cls, text: str) -> IdentityChange:
        """What `to_json` wrote."""
        kind, one_id, other, profiles = orjson.loads(text)
        return cls(ChangeKind(kind), one_id, other, tuple(profiles))


def identity_changes(placed: Placed) -> list[IdentityChange]:
    """The changes of one write, sorted; undone, it would give their inverses.

    A merge's inverse is the split of the same `one_id` and `other`, a move's or a new founder's the same with
    the two exchanged. Profiles that are new were nobody's before and are in none.
    """
    flows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for id_, placement in placed.placements.items():
        before = placed.before.get(id_)
        if before is not None and before.one_id is not None and before.one_id != placement.one_id:
            flows[before.one_id, placement.one_id].append(id_)
    if not flows:
        return []
    there = {profile.one_id for profile in placed.before.values()}
    gone = set(placed.retired)
    return sorted(
        _change(old, new, tuple(sorted(ids)), gone=old in gone, born=new not in there)
        for (old, new), ids in flows.items()
    )


def _change(old: str, new: str, profiles: tuple[str, ...], *, gone: bool, born: bool) -> IdentityChange:
    if gone:
        return IdentityChange(ChangeKind.REFOUNDED if born else ChangeKind.MERGED, new, old, profiles)
    if born:
        return IdentityChange(ChangeKind.SPLIT, old, new, profiles)
    return IdentityChange(ChangeKind.MOVED, new, old, profiles)
