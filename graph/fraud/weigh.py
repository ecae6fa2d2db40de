"""How much a shared thing says, and what reviewers' answers say of a flag's weight. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PRIOR: Final = 20
"""For how many answers the declared weight counts."""


def rarity(people: int, *, most: int) -> float:
    """2 / people: how much it says that two people have a thing which so many have; 0 beyond `most`.

    The resource-allocation index of link prediction (Zhou, Lü and Zhang, Eur. Phys. J. B 71, 2009), which weighs a
    neighbour in common by 1 / degree, scaled so that what is two people's alone counts 1. Beyond `most` a thing is
    nobody's own, as a showroom's tablet, and weighs nothing at all.
    """
    return 0.0 if people > most else 2 / max(people, 2)


def effective_number(counts: list[int]) -> float:
    """How many equally frequent kinds would be as mixed: the inverse Simpson index (Hill, Ecology 54, 1973).

    1 where all are of one kind; 0 for none.
    """
    total = sum(counts)
    return total**2 / sum(count**2 for count in counts) if total else 0.0


@dataclass(frozen=True, slots=True)
class Answers:
    """How often reviewers confirmed a flag (the referral was rejected), and how often they cleared it."""

    confirmed: int = 0
    cleared: int = 0


def reweighted(weight: float, answers: Answers, *, prior: int = PRIOR) -> float:
    """The weight that the answers suggest: the mean of the Beta posterior.

    The declared weight is the prior's mean and counts as `prior` answers. So without answers it is the declared
    one, and each answer moves it less than the one before.
    """
    return (weight * prior + answers.confirmed) / (prior + answers.confirmed + answers.cleared)
