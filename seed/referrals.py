"""Referrals of the seed world: plots one after another, their items, codes and truth; and their programme.

They stand beside the world that `seed.world` makes and share nobody with it, so that a world is the same with them
as without. Deterministic by (people, seed, locale, share). Memory is that of one plot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from graph.errors import InputError
from graph.referral.terms import PROGRAMMES, Terms, load_terms
from seed.channels import Desk
from seed.draw import derived, pick
from seed.items import SeedItem, Truth
from seed.places import Dealer, Locale
from seed.referral_plots import ROUND
from seed.referral_truth import Planted, Record, ReferralTruth
from seed.referrers import FIRST_ID, MOST, Cast, Counts
from seed.state import State

SHARE: Final = 0.1
"""People who refer or are referred, as a share of the world's people, where nothing else is said."""

_BEGINS: Final = date(2023, 1, 1)


@dataclass(frozen=True, slots=True)
class SharedCode:
    """A code and the (source, record id) of whose it is."""

    code: str
    owner: Record


@dataclass(frozen=True, slots=True)
class ReferralScene:
    """One plot: what the systems saw, in the order of time; the codes that must be there; what it is in truth."""

    plot: str
    items: tuple[tuple[SeedItem, Truth], ...]
    codes: tuple[SharedCode, ...]
    planted: tuple[Planted, ...]


def programme() -> Terms:
    """The two-sided programme as it ships, except that it has run since 2023, as long as the world has referrals."""
    shipped = load_terms(PROGRAMMES / "two_sided.toml")
    return shipped.model_copy(update={"starts_on": _BEGINS, "ends_on": None})


def referral_scenes(
    *, people: int, seed: int, locale: Locale = Locale.MIXED, share: float = SHARE
) -> Iterator[ReferralScene]:
    """Plots until `people` x `share` take part, the last one whole; each kind of fraud is in the first 28 of them.

    Raises InputError at once, before the first plot, where `share` is not from 0 to 1; and where the world or those
    who take part are so many that one of either would get another's numbers: over 3,000,000 or 350,000.
    """
    if not 0 <= share <= 1:
        raise InputError("A share is from 0 to 1.", remedy="Give one as 0.1.")
    wanted = round(people * share)
    if wanted and (people > FIRST_ID or wanted > MOST):
        raise InputError(
            f"Referrals of {wanted:,} people beside a world of {people:,}: there are not enough numbers.",
            remedy=f"Ask for at most {MOST:,} beside at most {FIRST_ID:,}, or for a share of 0.",
        )
    return _scenes(State(seed=seed, people=people, locale=locale), wanted)


def _scenes(state: State, wanted: int) -> Iterator[ReferralScene]:
    seed, locale = state.seed, state.locale
    counts = Counts()
    number = 0
    while counts.people < wanted:
        rng = derived(seed, "referrals", number)
        chinese = rng.random() < locale.chinese_share
        cast = Cast(Desk(state, rng), counts, pick(rng, _open(state, chinese=chinese)), seed)
        plot = ROUND[number % len(ROUND)]
        planted = tuple(plot(cast))
        entries = sorted(cast.desk.items, key=lambda entry: entry[0])
        yield ReferralScene(
            plot.__name__,
            tuple((item, truth) for _, item, truth in entries),
            tuple({each.code: SharedCode(each.code, each.referrer) for each in planted}.values()),
            planted,
        )
        number += 1


def _open(state: State, *, chinese: bool) -> list[Dealer]:
    return [dealer for dealer in state.dealers if (dealer.city.country == "CN") == chinese]


def referral_items(
    *, people: int, seed: int, locale: Locale = Locale.MIXED, share: float = SHARE
) -> Iterator[SeedItem]:
    """All items of the plots, as `world` gives those of the world."""
    for scene in referral_scenes(people=people, seed=seed, locale=locale, share=share):
        yield from (item for item, _ in scene.items)


def referral_truth_rows(
    *, people: int, seed: int, locale: Locale = Locale.MIXED, share: float = SHARE
) -> Iterator[Truth]:
    """Whose each record of the plots is, each once, as `seed.world.truth_rows`."""
    for scene in referral_scenes(people=people, seed=seed, locale=locale, share=share):
        yield from dict.fromkeys(truth for _, truth in scene.items)


def referral_truth(
    *, people: int, seed: int, locale: Locale = Locale.MIXED, share: float = SHARE
) -> ReferralTruth:
    """What each planted referral of that world is."""
    scenes = referral_scenes(people=people, seed=seed, locale=locale, share=share)
    return ReferralTruth(each for scene in scenes for each in scene.planted)
