"""The peers on tiny cases: components with and without hot ids, Segment's rules as published, Splink's defaults."""

from __future__ import annotations

from bench.identity.evidence import build
from bench.identity.peers import SegmentProfiles, cool_components, plain_components, segment
from bench.identity.score import reach_of, report
from bench.identity.splink_peer import splink_defaults
from graph.identity.evidence import Identifier
from graph.identity.rules import load_rules
from seed.places import Locale
from tests.bench.identity.cases import account, browser, key, phone, profile, seen, world


def email(value: str) -> Identifier:
    return Identifier("email", "*", value)


def test_components_join_over_a_tablet_unless_it_is_hot() -> None:
    visitors = {f"{n}": [profile(f"v{n}", browser("tablet"))] for n in range(41)}
    made = world(visitors)
    assert len(set(plain_components(made).values())) == 1
    assert len(set(cool_components(made, load_rules()).values())) == 41


def test_segment_creates_attaches_and_merges() -> None:
    profiles = SegmentProfiles()
    first = profiles.take([browser("a")])
    second = profiles.take([account("u"), email("u@example.com")])
    assert first != second
    merged = profiles.take([account("u"), browser("a")])
    assert merged == profiles.take([browser("a")]) == profiles.take([email("u@example.com")])


def test_segment_drops_the_lowest_identifier_where_a_second_user_comes_to_a_browser() -> None:
    """The documented case: a shared browser; userId's limit is 1, so the anonymousId gives way."""
    profiles = SegmentProfiles()
    one = profiles.take([account("one"), browser("shared")])
    two = profiles.take([account("two"), browser("shared")])
    assert one != two
    assert profiles.owner(browser("shared")) == one
    assert profiles.take([browser("shared")]) == one


def test_segment_keeps_five_of_every_other_identifier() -> None:
    profiles = SegmentProfiles()
    found = {profiles.take([email("u@example.com"), browser(f"b{n}")]) for n in range(7)}
    assert len(found) == 1
    assert [profiles.owner(browser(f"b{n}")) is not None for n in range(7)] == [True] * 5 + [False] * 2


def test_segment_tries_again_until_one_identifier_is_left() -> None:
    profiles = SegmentProfiles()
    one = profiles.take([account("one"), email("home@example.com"), phone("1")])
    two = profiles.take([account("two"), email("home@example.com"), phone("1")])
    assert one != two
    assert profiles.owner(phone("1")) == profiles.owner(email("home@example.com")) == one


def test_a_record_whose_own_id_was_dropped_is_where_its_last_event_went() -> None:
    made = world({"a": [profile("b0"), profile("u")]})
    made.seen = [seen(n, "u", account("u"), browser(f"b{n}")) for n in range(1, 6)]
    made.seen.append(seen(9, "b0", account("u"), browser("b0")))
    found = segment(made)
    assert found[key("b0")] == found[key("u")]


def test_splink_finds_what_records_agree_on() -> None:
    made = build(people=300, seed=3, locale=Locale.EU)
    found = report(made, splink_defaults(made), reach=reach_of(made)).scores
    assert found.precision > 0.9
    assert found.recall > 0.6
