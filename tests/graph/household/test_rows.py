"""Households from stored profiles, as rows, in a real graph: written once, ended, begun anew, merged and split."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.db.database import Database, Transaction
from graph.db.feed import append, begin
from graph.household.adapt import VehicleUse
from graph.household.evidence import Kind
from graph.household.repository import HouseholdRepository, memberships_of, write_households
from graph.household.rows import (
    HouseholdRows,
    Membership,
    household_rows,
    parse_household_id,
    plan_households,
)
from graph.identity.evidence import Grade, Identifier, Person, Resolution
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, use_at
from tests.laws import examples

PHONE = Identifier("phone", "*", "+8613912345678")
BROWSER = Identifier("anonymousId", "brand", "cookie")


def stored(name: str, seq: int, *identifiers: Identifier) -> StoredProfile:
    """A profile with a name that used these identifiers."""
    return StoredProfile(
        id=f"profile-{name}",
        key=("crm", name),
        birth_id=f"birth-{seq}",
        seq=seq,
        founder_class=0,
        component="+c",
        traits={"name": [{"full": name, "family": name[0], "given": name[1:]}, 5, False]},
        uses={f"key-{i.namespace}": use_at(Grade.VERIFIED, 5) for i in identifiers},
        identifiers={f"key-{i.namespace}": i for i in identifiers},
    )


WANG, LI = stored("王建国", 1, PHONE, BROWSER), stored("李敏", 2, PHONE, BROWSER)
ZHAO = stored("赵云", 0, PHONE)


def resolved(*people: Iterable[StoredProfile]) -> Resolution:
    """People of these profiles, each founded by the one known first."""
    return Resolution(
        tuple(
            Person(frozenset(p.key for p in members), min(members, key=lambda p: p.seq).key)
            for members in map(list, people)
        )
    )


def planned(
    resolution: Resolution,
    rules: Rules,
    *,
    before: Iterable[Membership] = (),
    vehicles: dict[str, list[VehicleUse]] | None = None,
) -> HouseholdRows:
    """The plan for the three profiles under a resolution."""
    births = {profile.key: profile.birth_id for profile in (WANG, LI, ZHAO)}
    one_ids = {key: births[person.founder] for person in resolution.people for key in person.members}
    profiles = [profile for profile in (WANG, LI, ZHAO) if profile.key in one_ids]
    return plan_households(
        profiles, resolution, one_ids=one_ids, vehicles=vehicles or {}, before=before, rules=rules
    )


async def store(database: Database, rows: HouseholdRows, *, operation: str) -> int:
    """Write rows in a transaction of their own, twice, as a retry would; answers its time."""

    async def work(tx: Transaction) -> int:
        begun = await begin(tx, operation_id=operation, now=1_000)
        await write_households(tx, rows, recorded_at=begun.recorded_at)
        await write_households(tx, rows, recorded_at=begun.recorded_at)
        await append(tx, begun, kind="household")
        return begun.recorded_at

    return await database.in_write(work)


async def people_stand(database: Database) -> None:
    """The users and profiles that the ingest would have written."""
    for profile in (WANG, LI, ZHAO):
        await database.run_schema(
            "CYPHER 5 CREATE (:Profile {id: $id, source: 'crm', recordKey: $id, birthId: $birth, seq: $seq, "
            "founderClass: 0, component: $id, recordedAt: 1})-[:RESOLVED_TO {from: 1}]->"
            "(:User {oneId: $birth, recordedAt: 1})",
            id=profile.id,
            birth=profile.birth_id,
            seq=profile.seq,
        )


async def standing(database: Database) -> list[Membership]:
    """All present memberships of the three."""

    async def work(tx: Transaction) -> list[Membership]:
        return await memberships_of(tx.one, [p.birth_id for p in (WANG, LI, ZHAO)])

    return await database.in_read(work)


def test_ids_are_derived_from_the_founder_and_from_what_is_shared(rules: Rules) -> None:
    rows = planned(resolved([WANG], [LI]), rules)
    [home, device] = rows.households
    assert home[0] == "household-birth-1"
    assert device[0].startswith("sharedDevice-")
    assert "cookie" not in str(rows)
    assert {row[:3] for row in rows.opened} == {
        ("birth-2", home[0], "member"),
        ("birth-1", home[0], "member"),
        ("birth-2", device[0], "user"),
        ("birth-1", device[0], "user"),
    }


def test_one_person_alone_costs_and_changes_nothing(rules: Rules) -> None:
    assert planned(resolved([WANG, LI]), rules) == HouseholdRows()


def test_roles_come_from_the_cars(rules: Rules) -> None:
    rows = planned(resolved([WANG], [LI]), rules, vehicles={LI.id: [VehicleUse("v", "owner", 3)]})
    assert ("birth-2", "household-birth-1", "owner") in {row[:3] for row in rows.opened}


async def test_a_household_is_written_merged_away_and_split_back(database: Database, rules: Rules) -> None:
    await people_stand(database)
    apart = planned(resolved([WANG], [LI]), rules)
    began = await store(database, apart, operation="1")
    stood = await standing(database)
    assert planned(resolved([WANG], [LI]), rules, before=stood) == HouseholdRows()
    merged = planned(resolved([WANG, LI]), rules, before=stood)
    assert merged.retired == tuple(sorted(row[0] for row in apart.households))
    await store(database, merged, operation="2")
    assert await standing(database) == []
    assert await HouseholdRepository(database).household("household-birth-1") is None
    again = planned(resolved([WANG], [LI]), rules)
    await store(database, again, operation="3")
    assert set(await standing(database)) == set(stood)
    view = await HouseholdRepository(database).household("household-birth-1")
    assert view is not None
    assert [member.one_id for member in view.members] == ["birth-1", "birth-2"]
    assert min(member.since for member in view.members) > began
    history = await database.run_schema(
        "CYPHER 5 MATCH (:User)-[m:MEMBER_OF]->(:Household {kind: 'household'}) RETURN count(m) AS all"
    )
    assert history[0]["all"] == 4


async def test_an_older_founder_renames_the_household_and_the_old_id_leads_there(
    database: Database, rules: Rules
) -> None:
    await people_stand(database)
    await store(database, planned(resolved([WANG], [LI]), rules), operation="1")
    with_zhao = planned(resolved([WANG], [LI], [ZHAO]), rules, before=await standing(database))
    await store(database, with_zhao, operation="2")
    repository = HouseholdRepository(database)
    view = await repository.household("household-birth-1")
    assert view is not None
    assert (view.id, len(view.members)) == ("household-birth-0", 3)
    assert await repository.household("household-birth-nobody") is None
    assert await repository.household("no id") is None


async def test_users_are_read_together_and_pages_follow_each_other(database: Database, rules: Rules) -> None:
    await people_stand(database)
    await store(database, planned(resolved([WANG], [LI]), rules), operation="1")
    repository = HouseholdRepository(database)
    found = await repository.of_users(["birth-1", "birth-2", "birth-0"])
    assert [view.kind for view in found["birth-1"]] == [Kind.HOUSEHOLD, Kind.SHARED_DEVICE]
    assert found["birth-1"] == found["birth-2"]
    assert found["birth-0"] == ()
    page, more = await repository.households(Kind.HOUSEHOLD, first=1, after="")
    assert ([view.id for view in page], more) == (["household-birth-1"], False)
    assert await repository.households(Kind.HOUSEHOLD, first=1, after=page[0].id) == ([], False)
    assert await repository.households(Kind.FLEET, first=1, after="") == ([], False)


async def test_a_role_that_changes_begins_anew_and_a_confidence_is_corrected(
    database: Database, rules: Rules
) -> None:
    await people_stand(database)
    await store(database, planned(resolved([WANG], [LI]), rules), operation="1")
    before = await standing(database)
    after = [
        Membership(m.one_id, m.household_id, m.kind, 0.5, m.reasons, "owner", 0.5)
        if m.one_id == "birth-2" and m.kind == "household"
        else Membership(m.one_id, m.household_id, m.kind, 0.5, m.reasons, m.role, 0.5)
        for m in before
    ]
    rows = household_rows(before, after)
    assert len(rows.closed) == len(rows.opened) == 1
    assert len(rows.changed) == 3
    await store(database, rows, operation="2")
    assert set(await standing(database)) == set(after)


MEMBERSHIPS = st.builds(
    Membership,
    st.sampled_from("abcd"),
    st.sampled_from(("household-1", "household-2", "fleet-1")),
    st.just("household"),
    st.just(0.5),
    st.just(("phone",)),
    st.sampled_from(("owner", "member")),
    st.sampled_from((0.5, 0.9)),
)
SETS = st.lists(MEMBERSHIPS, max_size=8, unique_by=lambda m: (m.one_id, m.household_id))


@settings(max_examples=examples(200), deadline=None)
@given(before=SETS, after=SETS)
def test_the_difference_leads_from_one_to_the_other(
    before: list[Membership], after: list[Membership]
) -> None:
    rows = household_rows(before, after)
    state = {(m.one_id, m.household_id): (m.role, m.sure) for m in before}
    for at in rows.closed:
        del state[at]
    for one_id, household, role, sure in rows.opened:
        assert (one_id, household) not in state
        state[one_id, household] = (role, sure)
    for one_id, household, sure in rows.changed:
        state[one_id, household] = (state[one_id, household][0], sure)
    assert state == {(m.one_id, m.household_id): (m.role, m.sure) for m in after}
    present = {household for _, household in state}
    assert present.isdisjoint(rows.retired)
    assert {m.household_id for m in before} - present == set(rows.retired)
    assert bool(rows) == (set(before) != set(after))


def test_what_is_an_id() -> None:
    assert parse_household_id("fleet-0198") == (Kind.FLEET, "0198")
    assert [parse_household_id(text) for text in ("fleet-", "fleet", "club-0198", "")] == [None] * 4
