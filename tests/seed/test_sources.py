"""`seed/sources.toml` declares every source that the world uses, and the product reads what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.identity.evidence import Grade
from graph.ingest.sources import SourceDeclaration, load_sources
from seed.places import DEALERS
from seed.world import world

DECLARED = Path(__file__).parents[2] / "seed" / "sources.toml"


@pytest.fixture(scope="module")
def sources() -> dict[str, SourceDeclaration]:
    return load_sources(DECLARED)


def test_exactly_the_sources_of_a_full_world_are_declared(sources: dict[str, SourceDeclaration]) -> None:
    used = {item.source for item in world(people=250 * len(DEALERS), seed=1)}
    assert used == sources.keys()


def test_each_dealers_system_names_its_dealer_and_verifies_ids_in_china(
    sources: dict[str, SourceDeclaration],
) -> None:
    for dealer in DEALERS:
        declared = sources[dealer.dms]
        assert declared.dealer == dealer.id
        assert declared.region == dealer.city.country
        verified = declared.grade("governmentId", via="file") is Grade.VERIFIED
        assert verified == (dealer.city.country == "CN")


def test_one_account_serves_website_app_and_mini_program(sources: dict[str, SourceDeclaration]) -> None:
    spaces = {sources[name].scope("userId") for name in ("website", "app", "wechat-miniprogram")}
    assert spaces == {"brand"}
    assert sources["website-europe"].scope("userId") != "brand"
