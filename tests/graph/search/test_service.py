"""People are found by what is remembered of them, as they are now, and by whoever may see them."""

from __future__ import annotations

from typing import Any

import pytest

from api.wiring import Services
from graph.erasure.model import ByRecord
from graph.errors import InputError
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.search.question import LONGEST
from tests.graph.judgement.people import said, seen
from tests.graph.search.conftest import Find, indexed

VIN = "LSVAA49J132047371"


def at_dealer(user: str, dealer: str | None, **traits: Any) -> Message:
    """What a dealer's system, or one of the brand, says of somebody."""
    source = SourceDeclaration.model_validate({"name": f"of-{dealer or 'brand'}", "dealer": dealer})
    event = {"type": "identify", "userId": user, "messageId": f"{dealer}-{user}", "traits": traits}
    read = read_message(event, Arrival(source, 1_795_000_000_000_000))
    assert isinstance(read, Message)
    return read


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("章伟国", "name"),
        ("张偉国", "name"),
        ("张伟国", "name"),
        ("伟国", "name"),
        ("章", "name"),
        ("zhang weiguo", "name"),
        ("Weiguo Zhang", "name"),
        ("zhangweiguo", "name"),
        ("Zhang, Wei Guo", "name"),
        ("zhang wiguo", "name"),
        ("wg.zhang88@example.com", "email"),
        ("WG.Zhang88@EXAMPLE.com", "email"),
        ("wg.zhang88", "email"),
        ("wgzhang", "email"),
        ("wg.zhnag88@example.org", "email"),
        ("139 1234 5678", "phone"),
        ("+8613912345678", "phone"),
        ("5678", "lastDigits"),
        ("尾号5678", "lastDigits"),
        ("****5678", "lastDigits"),
        ("沪a·12345", "plate"),
        (VIN.lower(), "vin"),
    ],
)
async def test_whoever_is_meant_comes_first(services: Services, find: Find, text: str, matched: str) -> None:
    others = [said(f"o{n}", name=name) for n, name in enumerate(("李娜", "王芳", "Jan Visser", "欧阳建国"))]
    await services.writer.write(
        [
            *others,
            said(
                "z",
                name="章伟国",
                phone="13912345678",
                email="wg.zhang88@example.com",
                plate="沪A12345",
                vin=VIN,
            ),
        ]
    )
    assert (await find(text))[0] == ("z", matched)


@pytest.mark.parametrize("text", ["678", "91234", "1391234567", "5679", "88@", "q", "李四光", "1988"])
async def test_parts_of_numbers_and_strangers_find_nobody(services: Services, find: Find, text: str) -> None:
    await services.writer.write([said("z", name="章伟国", phone="13912345678", email="wgz1988@example.com")])
    assert await find(text) == []


async def test_latin_names_are_found_in_any_order_and_without_accents(services: Services, find: Find) -> None:
    names = {"m": "Jürgen Müller", "d": "Anna-Maria van der Berg", "o": "Sean O'Brien"}
    await services.writer.write([said(user, name=name) for user, name in names.items()])
    for text, user in [
        ("muller", "m"), ("Mueller Jurgen", "m"), ("Müller, Jürgen", "m"), ("jurgn muller", "m"),
        ("van der berg", "d"), ("anna maria", "d"), ("obrien", "o"), ("O’Brien Sean", "o"), ("oBrein", "o"),
    ]:  # fmt: skip
        assert [found for found, _ in await find(text)][:1] == [user], text


async def test_who_was_seen_last_comes_first_among_equals(services: Services, find: Find) -> None:
    day = 86_400_000_000
    await services.writer.write(
        [said(f"p{n}", name="王伟", at=1_790_000_000_000_000 + (n * 7 % 5) * day) for n in range(5)]
    )
    assert [found for found, _ in await find("王伟", first=3)] == ["p2", "p4", "p1"]


async def test_a_person_is_found_once_by_any_of_their_names(services: Services, find: Find) -> None:
    await services.writer.write(
        [
            said("a", name="王芳", governmentId="110101199001011237", checked=True),
            said("b", name="Wang Fang", governmentId="110101199001011237", checked=True),
        ]
    )
    assert await find("王芳") == await find("fang wang") == [("a+b", "name")]


async def test_a_new_name_is_found_and_the_old_one_is_not(services: Services, find: Find) -> None:
    await services.writer.write([said("a", name="王芳", at=1_790_000_000_000_000)])
    await services.writer.write([said("a", name="赵敏", at=1_791_000_000_000_000)])
    await services.writer.write([said("a", name="周若曦", at=1_789_000_000_000_000)])  # late, and older
    await services.writer.write([seen("a")])
    assert await find("王芳") == await find("周若曦") == []
    assert await find("赵敏") == [("a", "name")]


async def test_a_name_set_by_hand_is_found_until_it_is_taken_back(services: Services, find: Find) -> None:
    await services.writer.write([said("a", name="王芳")])
    await indexed(services.database)
    hits = await services.search.candidates("王芳")
    made = await services.corrections.correct(hits[0].one_id, "name", "慕容雪", why="passport", by="k")
    assert await find("慕容雪") == await find("王芳") == [("a", "name")]
    await services.corrections.retract(made.correction.id, by="k")
    assert await find("慕容雪") == []


async def test_who_was_erased_is_not_found_and_leaves_no_token(services: Services, find: Find) -> None:
    await services.writer.write(
        [said("a", name="王芳", email="fangwang@example.com", phone="13912345678"), said("b", name="李娜")]
    )
    await services.erasures.erase(ByRecord("of-a", "a"), by="k")
    for text in ("王芳", "fangwang", "fangwang@example.com", "5678", "13912345678"):
        assert await find(text) == []
    held = await services.database.run_schema(
        "CYPHER 5 MATCH (n) WHERE n.searchTokens IS NOT NULL RETURN labels(n) AS kind, n.source AS source"
    )
    assert held == [{"kind": ["Profile"], "source": "of-b"}]


async def test_a_dealer_finds_its_own_people_by_what_it_may_see(services: Services, find: Find) -> None:
    await services.writer.write(
        [
            at_dealer("a", "d1", name="王芳", phone="13912340001", email="feather@example.com"),
            at_dealer("b", "d2", name="王芳", phone="13912340002", email="bulldozer@example.com"),
            at_dealer("c", None, name="王芳", phone="13912340003"),
            at_dealer("d", "d1", name="赵敏", governmentId="110101199001011237", phone="13912340004"),
            at_dealer("e", "d2", name="孙倩", governmentId="110101199001011237", phone="13912340005"),
        ]
    )
    assert [found for found, _ in await find("王芳", dealer="d1")] == ["a"]
    assert [found for found, _ in await find("王芳", dealer="d2")] == ["b"]
    assert len(await find("王芳")) == 3
    for dealer, hidden in (("d1", ("bulldozer", "13912340002", "0002", "孙倩", "13912340005", "0005")),
                           ("d2", ("feather", "13912340001", "0001", "赵敏", "13912340004", "0004"))):  # fmt: skip
        for text in hidden:
            assert await find(text, dealer=dealer) == [], (dealer, text)
    assert await find("王芳", dealer="nobody") == []


async def test_what_is_no_query_is_refused(services: Services) -> None:
    for text in ("", " \u3000 ", "王" * (LONGEST + 1)):
        with pytest.raises(InputError):
            await services.search.candidates(text)
    for text in ('" OR 1', "name:x*", "\\", "a AND b", "+-!(){}[]^~?:/", "\x00", "🙂"):
        assert await services.search.candidates(text) == []
