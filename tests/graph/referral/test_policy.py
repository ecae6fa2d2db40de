"""Policy: nothing beyond it is ever allowed, whatever the terms say, and nothing within it is held back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import ConfigurationError
from graph.referral.policy import Grant, Policies, Policy, Refusal, allowed, load_policies, unpayable
from graph.referral.terms import PROGRAMMES, Side, Terms, load_terms
from tests.graph.referral.worlds import TERMS, UNITS
from tests.laws import examples

REGIONS = ("US-OH", "US-VA", "US-CA", "CN-SH")
POLICIES = st.builds(
    Policy,
    payable_levels=st.integers(0, 4),
    status_follows_depth=st.booleans(),
    excluded_regions=st.frozensets(st.sampled_from(REGIONS)),
    basis=st.just("drawn"),
)


@st.composite
def grants(draw: st.DrawFn) -> list[Grant]:
    """Grants along a chain, up to six deep."""
    return [
        Grant(
            participant=f"p{number}",
            side=Side.REFEREE if level == 0 else Side.REFERRER,
            level=level,
            rule="r",
            unit=draw(st.sampled_from(UNITS)),
            amount_minor=draw(st.integers(1, 1000)),
            region=draw(st.sampled_from([None, *REGIONS])),
        )
        for number, level in enumerate(draw(st.lists(st.integers(0, 6), max_size=8)))
    ]


def lawful(grant: Grant, policy: Policy) -> bool:
    """The oracle, as a lawyer would say it."""
    in_region = not policy.excluded_regions or grant.region in set(REGIONS) - policy.excluded_regions
    worthless = grant.unit not in ("CNY", "JPY", "KWD", "points")
    payable = grant.level in range(policy.payable_levels + 1)
    return in_region and (payable or (worthless and policy.status_follows_depth))


@settings(max_examples=examples(500))
@given(grants(), POLICIES)
def test_what_is_allowed_is_what_is_lawful_and_nothing_is_lost(asked: list[Grant], policy: Policy) -> None:
    answer = allowed(asked, policy)
    assert list(answer.grants) == [each for each in asked if lawful(each, policy)]
    assert sorted(answer.grants + tuple(each for each, _ in answer.refused), key=asked.index) == asked


@settings(max_examples=examples(200))
@given(TERMS, st.integers(1, 8))
def test_no_terms_bring_more_than_the_packaged_policy_pays(terms: Terms, depth: int) -> None:
    policy = load_policies().of(terms.jurisdiction)
    asked = [
        Grant(f"p{each.level}", each.side, each.level if each.side is Side.REFERRER else 0, each.id, each.unit,
              each.amount_minor, "US-CA")
        for each in terms.rewards
        if each.level <= depth
    ]  # fmt: skip
    for grant in allowed(asked, policy).grants:
        assert grant.level <= 1 or grant.unit == "status"


@settings(max_examples=examples(200))
@given(TERMS, POLICIES)
def test_a_reward_is_unpayable_exactly_where_no_grant_of_it_is_allowed_anywhere(
    terms: Terms, policy: Policy
) -> None:
    open_to_all = policy.model_copy(update={"excluded_regions": frozenset()})
    refused = [
        each.id
        for each in terms.rewards
        if each.side is Side.REFERRER
        and not allowed([Grant("p", each.side, each.level, each.id, each.unit, 1)], open_to_all).grants
    ]
    assert list(unpayable(terms, policy)) == refused


@settings(max_examples=examples(200))
@given(grants(), POLICIES)
def test_each_grant_is_judged_by_itself(asked: list[Grant], policy: Policy) -> None:
    alone = [each for one in asked for each in allowed([one], policy).grants]
    assert alone == list(allowed(asked, policy).grants)


def test_why_a_grant_is_refused_is_told() -> None:
    money = Grant("ann", Side.REFERRER, 2, "r", "CNY", 100, "US-CA")
    policies = load_policies()
    assert allowed([money], policies.of("CN")).refused == ((money, Refusal.LEVEL),)
    ohio = Grant("bob", Side.REFEREE, 0, "r", "USD", 100, "US-OH")
    nowhere = Grant("cat", Side.REFEREE, 0, "r", "USD", 100)
    assert allowed([ohio, nowhere], policies.of("US")).refused == (
        (ohio, Refusal.REGION),
        (nowhere, Refusal.REGION_UNKNOWN),
    )


def test_whether_anybody_may_be_rewarded_is_known_before_anything_is_offered() -> None:
    america, china = load_policies().of("US"), load_policies().of("CN")
    assert [america.bars(region) for region in ("US-VA", "US-CA", None)] == [
        Refusal.REGION,
        None,
        Refusal.REGION_UNKNOWN,
    ]
    assert china.bars(None) is None


def test_in_china_one_level_is_paid_and_status_may_follow_the_chain() -> None:
    contribution = load_terms(PROGRAMMES / "contribution.toml")
    chain = [
        Grant(f"p{level}", Side.REFERRER, level, each.id, each.unit, each.amount_minor)
        for level in (1, 2)
        for each in contribution.rewards
        if each.level == level or each.unit == "points"
    ]
    paid = allowed(chain, load_policies().of(contribution.jurisdiction)).grants
    assert {(each.level, each.unit) for each in paid} == {(1, "points"), (1, "status"), (2, "status")}


def test_a_jurisdiction_without_a_row_pays_one_level_of_anything() -> None:
    policy = load_policies().of("DE")
    assert (policy.payable_levels, policy.status_follows_depth, policy.excluded_regions) == (
        1,
        False,
        frozenset(),
    )


@pytest.mark.parametrize(("side", "level"), [(Side.REFERRER, 0), (Side.REFERRER, -1), (Side.REFEREE, 1)])
def test_a_level_says_on_which_side_it_is(side: Side, level: int) -> None:
    with pytest.raises(ValueError, match="a referrer's level is 1 or more"):
        Grant("ann", side, level, "r", "CNY", 100)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[default]\npayableLevels = 31\nbasis = 'x'", "default.payableLevels"),
        ("[default]\npayableLevel = 1\nbasis = 'x'", "default.payableLevel: Extra inputs"),
        ("[default]\npayableLevels = 1", "default.basis: Field required"),
        ("[default]\nbasis = 'x'\nexcludedRegions = ['Ohio']", "default.excludedRegions[1]"),
        ("[default]\nbasis = 'x'\n[jurisdictions.china]\nbasis = 'x'", "jurisdictions.china"),
        ("default", "not TOML"),
    ],
)
def test_wrong_policies_are_named(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "policies.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_policies(file)
    assert told in refused.value.message
    assert "policies.toml" in refused.value.message
    assert "shows every key" in refused.value.remedy


def test_packaged_policies_each_name_their_basis() -> None:
    policies = load_policies()
    assert isinstance(policies, Policies)
    assert {"CN", "US"} <= policies.jurisdictions.keys()
    assert all(each.basis for each in (policies.default, *policies.jurisdictions.values()))
