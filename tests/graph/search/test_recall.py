"""Over 10,000 names, whoever is looked for with one slip is among the first ten: on the real index."""

from __future__ import annotations

from collections import Counter

from api.wiring import Services
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import default_source
from graph.profile.rows import Want
from seed.searches import NamedPerson, Slip, name_searches, named_people
from tests.graph.search.conftest import indexed
from tests.laws import examples

PEOPLE = 10_000
BATCH = 2_000
NOW = 1_795_000_000_000_000


def arrived(number: int, person: NamedPerson) -> Message:
    traits = {"name": person.full} if number % 2 else {"firstName": person.given, "lastName": person.family}
    event = {"type": "identify", "userId": f"u{number}", "messageId": f"m{number}", "traits": traits}
    read = read_message(event, Arrival(default_source("crm"), NOW))
    assert isinstance(read, Message)
    return read


async def test_of_ten_thousand_names_the_right_one_is_among_the_first_ten(services: Services) -> None:
    people = named_people(PEOPLE, seed=11)
    for start in range(0, PEOPLE, BATCH):
        await services.writer.write(
            [arrived(start + at, person) for at, person in enumerate(people[start : start + BATCH])]
        )
    await indexed(services.database)
    asked, found = Counter[Slip](), Counter[Slip]()
    for search in name_searches(people, examples(240), seed=12):
        hits, _ = await services.search.search(search.query, first=10, want=Want(record_ids=True))
        shown = [people[int(str(hit.user.profiles[0].record_id)[1:])] for hit in hits]
        asked[search.slip] += 1
        found[search.slip] += any(map(search.finds, shown))
    for slip in Slip:
        assert found[slip] >= 0.95 * asked[slip], (slip, found[slip], asked[slip])
