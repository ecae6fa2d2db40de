"""Traits: the newest value wins, whatever the order of arrival; only what is declared stands in the clear."""

from __future__ import annotations

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.db.database import Database
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer
from graph.profile.traits import TraitState, analysis_values, merge
from tests.laws import examples

VALUES = st.one_of(st.text(max_size=3), st.integers(0, 3), st.booleans(), st.none())
SAID = st.tuples(
    st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3),
    st.one_of(st.none(), st.integers(0, 3)),
    st.sets(st.sampled_from("abc")),
)


def state_of(said: list[tuple[dict[str, object], int | None, set[str]]]) -> TraitState:
    state: TraitState = {}
    for values, at, clear in said:
        state = merge(state, values, at, clear=clear)
    return state


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(SAID, max_size=6), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    said: list[tuple[dict[str, object], int | None, set[str]]], random_: random.Random
) -> None:
    again = said + random_.sample(said, len(said) // 2)
    random_.shuffle(again)
    assert state_of(said) == state_of(again)


def test_a_timed_value_beats_an_untimed_and_a_later_an_earlier() -> None:
    state = state_of(
        [({"city": "上海"}, None, set()), ({"city": "北京"}, 5, set()), ({"city": "广州"}, 4, set())]
    )
    assert state["city"][0] == "北京"


def test_only_declared_traits_are_told_in_the_clear() -> None:
    state = state_of(
        [({"level": "gold", "secret": "x", "birthDate": "1980-05-17", "gender": "male"}, 1, {"level"})]
    )
    assert analysis_values(state) == ("male", 1980, None, '{"level":"gold"}')


async def test_what_is_declared_reaches_the_graph_and_nothing_else(
    database: Database, writer: Writer
) -> None:
    source = SourceDeclaration(name="crm", non_personal=("level", "note"))
    traits = {"level": "gold", "note": "call 13812345678", "hobby": "sailing", "city": "上海"}
    message = read_message(
        {"type": "identify", "userId": "u1", "messageId": "m1", "traits": traits}, Arrival(source, 10**15)
    )
    assert isinstance(message, Message)
    await writer.write([message])
    rows = await database.run_schema("CYPHER 5 MATCH (p:Profile) RETURN p.details AS details, p.city AS city")
    assert [(json.loads(row["details"]), row["city"]) for row in rows] == [({"level": "gold"}, "上海")]
