"""Changes of who is who, by table and by law: no database."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.changes import ChangeKind, IdentityChange, identity_changes
from graph.identity.place import ALONE, Placed, Placement
from graph.identity.stored import StoredProfile
from tests.laws import examples

INVERSE = {
    ChangeKind.MERGED: ChangeKind.SPLIT,
    ChangeKind.SPLIT: ChangeKind.MERGED,
    ChangeKind.MOVED: ChangeKind.MOVED,
    ChangeKind.REFOUNDED: ChangeKind.REFOUNDED,
}


def inverse(change: IdentityChange) -> IdentityChange:
    """What undoing a change tells."""
    one_id, other = change.one_id, change.other
    if change.kind in (ChangeKind.MOVED, ChangeKind.REFOUNDED):
        one_id, other = other, one_id
    return IdentityChange(INVERSE[change.kind], one_id, other, change.profiles)


def placed(before: dict[str, str | None], after: dict[str, str]) -> Placed:
    """Profiles that were one user's (None: nobody's yet) and are another's."""
    stored = {
        id_: StoredProfile(id_, ("s", id_), f"b{id_}", 0, 0, None, {}, {}, {}, one_id=one_id)
        for id_, one_id in before.items()
        if one_id is not None
    }
    there = {one_id for one_id in before.values() if one_id is not None}
    return Placed(
        before=stored,
        placements={i: Placement(o, ALONE, "+c") for i, o in after.items() if before.get(i) != o},
        retired=tuple(sorted(there - set(after.values()))),
    )


def told(before: dict[str, str | None], after: dict[str, str]) -> list[tuple[str, str, str, str]]:
    changes = identity_changes(placed(before, after))
    return [(c.kind.value, c.one_id, c.other, "".join(c.profiles)) for c in changes]


def test_each_kind() -> None:
    assert told({"a": "A", "b": "B"}, {"a": "A", "b": "A"}) == [("merged", "A", "B", "b")]
    assert told({"a": "A", "b": "A"}, {"a": "A", "b": "B"}) == [("split", "A", "B", "b")]
    assert told({"a": "A", "b": "A", "c": "C"}, {"a": "A", "b": "C", "c": "C"}) == [("moved", "C", "A", "b")]
    assert told({"a": "A", "b": "A"}, {"a": "B", "b": "B"}) == [("refounded", "B", "A", "ab")]


def test_who_is_new_or_stays_is_no_change() -> None:
    assert told({"a": "A", "n": None}, {"a": "A", "n": "A"}) == []
    assert told({"a": "A", "n": None}, {"a": "N", "n": "N"}) == [("refounded", "N", "A", "a")]


users = st.lists(st.sampled_from("ABC"), min_size=5, max_size=5)


@given(before=users, after=users)
@settings(max_examples=examples(100), deadline=None)
def test_undone_they_are_their_inverses_and_folded_they_lead_there(
    before: list[str], after: list[str]
) -> None:
    old, new = dict(zip("abcde", before, strict=True)), dict(zip("abcde", after, strict=True))
    there = identity_changes(placed(dict(old), new))
    back = identity_changes(placed(dict(new), old))
    assert sorted(map(inverse, there)) == back
    folded = dict(old)
    for change in there:
        target = change.other if change.kind is ChangeKind.SPLIT else change.one_id
        folded.update(dict.fromkeys(change.profiles, target))
    assert folded == new
    assert [IdentityChange.from_json(change.to_json()) for change in there] == there
