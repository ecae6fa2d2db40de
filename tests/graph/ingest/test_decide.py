"""What a batch changes and what it means for identity, by table: no database, no clock."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from graph.clock import DAY
from graph.errors import IntegrityError
from graph.identity.evidence import Grade
from graph.identity.rules import Rules
from graph.identity.stored import Use, use_at
from graph.ingest.change import Changes, Known, KnownIdentifier, KnownProfile, changes_of
from graph.ingest.decide import affected_components, decide, unresolved
from graph.ingest.draft import Draft
from graph.ingest.message import Message
from graph.ingest.rows import LISTS, References, build_rows
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.privacy.blind import BlindIndex
from graph.privacy.seal import Sealer
from graph.search.tokens import SearchTokens

NOW = 1_795_000_000_000_000
WEB = SourceDeclaration(name="web")
VERIFYING = SourceDeclaration.model_validate({"name": "web", "grades": {"phone": "verified"}})
PHONE, OTHER_PHONE = "+8613912340001", "+8613912340002"
NOTHING = Known(position=0, profiles={}, identifiers={}, messages={})


def drafted(source: SourceDeclaration = WEB, *, at: int = NOW, **event: Any) -> Draft:
    """An event made ready under readable keys: `user-a` of source web is profile `p:user-a`."""
    message = read_message({"type": "identify", "timestamp": at // 1000, **event}, Arrival(source, NOW + DAY))
    assert isinstance(message, Message), message
    profile_id = f"p:{message.record_id}"
    return Draft(
        message=message,
        key=message.message_id,
        content=hashlib.sha256(message.content).hexdigest(),
        record_key=f"r:{message.record_id}",
        profile_id=profile_id,
        sealer=Sealer(bytes(32), profile_id),
        sightings=tuple((f"{s.identifier.namespace}:{s.identifier.value}", s) for s in message.sightings),
        vehicle_key=None,
    )


def stored(
    record: str, *, component: str | None = None, uses: dict[str, Use] | None = None, known: bool = True
) -> KnownProfile:
    return KnownProfile(
        id=f"p:{record}",
        component=component or f"p:{record}",
        founder_class=0 if known else 1,
        traits=None,
        uses=uses or {},
        dealers=frozenset(),
        vehicles=frozenset(),
    )


def graph(profiles: list[KnownProfile], **identifiers: KnownIdentifier) -> Known:
    """What a look-up answers; identifiers by `namespace_value`."""
    return Known(
        position=7,
        profiles={f"r:{profile.id[2:]}": profile for profile in profiles},
        identifiers={key.replace("_", ":", 1): held for key, held in identifiers.items()},
        messages={},
    )


def held(trusted: int, holders: int, *components: str) -> KnownIdentifier:
    return KnownIdentifier(trusted, holders, frozenset(components))


def read_first(batch: list[Draft], known: Known, rules: Rules) -> tuple[Changes, list[str], list[str]]:
    """The changes, the profiles that must be resolved, and the components to read for them."""
    changes = changes_of(batch, known, rules)
    pending = unresolved(changes, known, rules)
    return changes, [change.record_id for change in pending], affected_components(pending, known)


class TestSorting:
    def test_of_several_messages_of_one_id_the_first_stands(self, rules: Rules) -> None:
        first, second = (
            drafted(userId="a", messageId="m"),
            drafted(userId="a", messageId="m", traits={"x": 1}),
        )
        changes = changes_of([first, second, first], NOTHING, rules)
        assert (changes.duplicates, changes.conflicts) == (1, (second,))
        assert [len(change.drafts) for change in changes.profiles.values()] == [1]

    def test_the_first_committed_stands_before_the_first_here(self, rules: Rules) -> None:
        first, second = (
            drafted(userId="a", messageId="m"),
            drafted(userId="a", messageId="m", traits={"x": 1}),
        )
        known = Known(1, {}, {}, {"m": second.content})
        changes = changes_of([first, second], known, rules)
        assert (changes.duplicates, changes.conflicts, changes.profiles) == (1, (first,), {})

    def test_a_profile_of_another_id_than_the_graphs_is_refused(self, rules: Rules) -> None:
        known = graph([stored("other")])
        known = Known(1, {"r:user-a": known.profiles["r:other"]}, {}, {})
        with pytest.raises(IntegrityError) as caught:
            changes_of([drafted(userId="user-a", messageId="m")], known, rules)
        assert "keyring backup" in caught.value.remedy
        assert "user-a" not in caught.value.message.replace("p:user-a", "")

    def test_uses_are_joined_and_counted(self, rules: Rules) -> None:
        before = use_at(Grade.TRUSTED, NOW)
        known = graph([stored("a", uses={"userId:a": before})], userId_a=held(1, 1, "p:a"))
        batch = [drafted(userId="a", messageId=f"m{day}", at=NOW + day * DAY // 9) for day in (-1, 2, 1)]
        (change,) = changes_of(batch, known, rules).profiles.values()
        edge = change.edges["userId:a"]
        assert (edge.after.first, edge.after.last, edge.messages) == (NOW - DAY // 9, NOW + 2 * DAY // 9, 3)
        assert (change.first_seen, change.last_seen) == (NOW - DAY // 9, NOW + 2 * DAY // 9)

    def test_the_first_moment_of_1970_is_a_time(self, rules: Rules) -> None:
        batch = [drafted(userId="a", messageId=name, timestamp=f"1970-01-01T00:00:0{name}Z") for name in "01"]
        (change,) = changes_of(batch, NOTHING, rules).profiles.values()
        assert (change.first_seen, change.last_seen) == (0, 1_000_000)


class TestWhatMatters:
    """When identity may change, and what is read for it."""

    @pytest.mark.parametrize("anonymous", [True, False])
    def test_a_new_profile_that_shares_nothing_is_placed_alone(self, rules: Rules, anonymous: bool) -> None:
        batch = [drafted(**({"anonymousId": "b"} if anonymous else {"userId": "a"}), messageId="m")]
        assert read_first(batch, NOTHING, rules)[1:] == ([], [])

    def test_two_new_profiles_that_share_are_resolved_without_reading(self, rules: Rules) -> None:
        batch = [drafted(userId=u, traits={"phone": PHONE}, messageId=u) for u in "ab"]
        assert read_first(batch, NOTHING, rules)[1:] == (["a", "b"], [])

    @pytest.mark.parametrize(
        ("event", "matters"),
        [
            ({}, False),  # a later use of an id
            ({"traits": {"email": "a@x.example"}}, False),
            ({"traits": {"phone": PHONE}}, True),  # its tenure grows
            ({"traits": {"phone": OTHER_PHONE}}, True),
            ({"traits": {"name": "李敏"}}, True),
            ({"traits": {"city": "上海"}}, False),
            ({"anonymousId": "new"}, True),
        ],
    )
    def test_of_one_among_others(self, rules: Rules, event: dict[str, Any], matters: bool) -> None:
        uses = {
            "userId:a": use_at(Grade.TRUSTED, NOW - DAY),
            f"phone:{PHONE}": use_at(Grade.CLAIMED, NOW - DAY),
            "email:a@x.example": use_at(Grade.CLAIMED, NOW - DAY),
        }
        identifiers = {f"{key.split(':')[0]}_{key.split(':', 1)[1]}": held(0, 2, "+c") for key in uses}
        known = graph([stored("a", component="+c", uses=uses)], **identifiers)
        found = read_first([drafted(userId="a", messageId="m", **event)], known, rules)
        assert found[1:] == ((["a"], ["+c"]) if matters else ([], []))

    @pytest.mark.parametrize(
        ("trusted", "holders", "components", "resolved"),
        [
            (1, 1, ("p:x",), True),
            (0, 64, ("p:x", "p:y"), True),
            (65, 65, (), False),  # hot: links nobody
            (65, 400, (), False),
            (0, 65, (), True),  # hot by claims: who is trusted counts
            (2, 300, ("p:x",), True),
        ],
    )
    def test_of_a_new_holder_of_a_known_phone(
        self, rules: Rules, trusted: int, holders: int, components: tuple[str, ...], resolved: bool
    ) -> None:
        known = graph([], **{f"phone_{PHONE}": held(trusted, holders, *components)})
        batch = [drafted(VERIFYING, userId="a", traits={"phone": PHONE}, messageId="m")]
        assert read_first(batch, known, rules)[1:] == (["a"] if resolved else [], sorted(components))

    def test_a_better_grade_matters(self, rules: Rules) -> None:
        key = f"phone:{PHONE}"
        known = graph(
            [stored("a", uses={key: use_at(Grade.CLAIMED, NOW)})],
            **{f"phone_{PHONE}": held(0, 2, "p:a", "p:x")},
        )
        batch = [drafted(VERIFYING, userId="a", traits={"phone": PHONE}, messageId="m")]
        assert read_first(batch, known, rules)[2] == ["p:a", "p:x"]


class TestRows:
    def rows(self, batch: list[Draft], known: Known, rules: Rules) -> dict[str, list[Any]]:
        changes = changes_of(batch, known, rules)
        decision = decide(
            changes,
            known,
            unresolved_changes=unresolved(changes, known, rules),
            stored=[],
            degrees={},
            birth_ids={c.id: f"birth:{c.record_id}" for c in changes.profiles.values() if c.known is None},
            rules=rules,
        )
        rows = build_rows(
            changes,
            decision,
            known_identifiers=known.identifiers,
            references=References(),
            search=SearchTokens(BlindIndex(bytes(32))),
            dead_letters=[],
        )
        return {name: rows[name] for name in LISTS if rows[name]}

    def test_of_a_new_profile_alone(self, rules: Rules) -> None:
        rows = self.rows([drafted(userId="a", messageId="m")], NOTHING, rules)
        assert set(rows) == {"identifiers", "founders", "has", "messages"} | {
            "touchedComponents",
            "touchedProfiles",
            "touchedUsers",
        }
        assert rows["touchedComponents"] == ["p:a"]
        assert rows["touchedUsers"] == ["birth:a"]

    def test_of_two_new_profiles_that_are_one_person_the_known_one_founds(self, rules: Rules) -> None:
        batch = [
            drafted(anonymousId="b", messageId="m"),
            drafted(userId="a", anonymousId="b", messageId="n"),
        ]
        rows = self.rows(batch, NOTHING, rules)
        assert [row[0] for row in rows["founders"]] == ["p:a"]
        assert [row[0] for row in rows["joiners"]] == ["p:b"]
        assert [row[:2] for row in rows["opens"]] == [["p:b", "birth:a"]]
        assert rows["touchedComponents"] == ["+p:a"]

    def test_of_a_later_use_only_times_and_a_count(self, rules: Rules) -> None:
        known = graph(
            [stored("a", uses={"userId:a": use_at(Grade.TRUSTED, NOW - DAY)})], userId_a=held(1, 1, "p:a")
        )
        rows = self.rows([drafted(userId="a", messageId="m")], known, rules)
        assert set(rows) == {"profiles", "uses", "messages", "touchedProfiles"}
        assert rows["uses"] == [["p:a", "userId:a", NOW - DAY, NOW, NOW - DAY, NOW, "trusted", 1, None]]

    @pytest.mark.parametrize(
        ("trusted", "holders", "source", "guarded"),
        [(0, 70, VERIFYING, True), (0, 70, WEB, False), (65, 70, VERIFYING, False), (0, 0, WEB, True)],
    )
    def test_an_identifier_that_names_nobody_guards_itself(
        self, rules: Rules, trusted: int, holders: int, source: SourceDeclaration, guarded: bool
    ) -> None:
        known = graph([], **{f"phone_{PHONE}": held(trusted, holders)})
        rows = self.rows([drafted(source, userId="a", traits={"phone": PHONE}, messageId="m")], known, rules)
        assert (f"phone:{PHONE}" in rows["touchedComponents"]) is guarded


class TestDisowned:
    """A steward marked the phone wrong of profile a: what comes in is noted, and counts for nothing."""

    def test_it_moves_nobody_and_reads_nobody(self, rules: Rules) -> None:
        was = stored("a", uses={f"phone:{PHONE}": use_at(Grade.CLAIMED, NOW)})
        known = graph(
            [replace(was, disowned=frozenset({f"phone:{PHONE}"}))],
            **{f"phone_{PHONE}": KnownIdentifier(1, 2, frozenset({"p:b"}), disowned=True)},
        )
        batch = [drafted(VERIFYING, userId="a", messageId="m", traits={"phone": PHONE}, at=NOW + DAY)]
        changes, pending, components = read_first(batch, known, rules)
        edge = changes.profiles["p:a"].edges[f"phone:{PHONE}"]
        assert (edge.counts, edge.after.grade, edge.after.last) == (False, Grade.VERIFIED, NOW + DAY)
        assert (pending, components) == ([], [])

    def test_another_holder_guards_it(self, rules: Rules) -> None:
        known = graph([], **{f"phone_{PHONE}": KnownIdentifier(0, 0, frozenset({"p:a"}), disowned=True)})
        batch = [drafted(userId="b", messageId="m", traits={"phone": PHONE})]
        changes = changes_of(batch, known, rules)
        decision = decide(
            changes,
            known,
            unresolved_changes=unresolved(changes, known, rules),
            stored=[],
            degrees={},
            birth_ids={"p:b": "born"},
            rules=rules,
        )
        assert decision.guards == {f"phone:{PHONE}"}


def test_clients_cannot_fill_the_memory_of_references() -> None:
    references = References()
    for start in range(0, 200_000, 1_000):
        references.add([["content", [f"c{number}" for number in range(start, start + 1_000)]]])
    assert len(references.seen["content"]) <= 50_000
    assert references.missing({"content": {"c199999", "c0"}}) == [["content", ["c0"]]]
