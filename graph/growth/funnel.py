"""K taken apart: who takes part, how many invitations each, and what share goes on at each step. Pure.

K = participation · invitations · opened · lead · test drive · order · delivery, exactly: each factor divides
what the next one begins with. Counted are owners who have had the whole window, and what was within it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graph.growth.intervals import Estimate, mean_count, share
from graph.growth.owners import Friend, Owner, Stage


@dataclass(frozen=True, slots=True)
class Funnel:
    """The factors of K; each is None where nobody had come so far. `steps` has the five stages in order.

    `invitations` are those of each who takes part: sent ones, and friends who came without one.
    """

    owners: int
    participation: Estimate | None
    invitations: Estimate | None
    steps: tuple[tuple[Stage, Estimate | None], ...]


def funnel_of(owners: Iterable[Owner], *, window: int, now: int) -> Funnel:
    """The factors over owners who have had the whole window, µs.

    A friend counts where they were delivered to after the owner, or not yet; a stage counts with those before
    it, whether these left a trace or not. Who came by an invitation is not known of a friend, so of an owner's
    friends as many count as invited as invitations were accepted.
    """
    mature = [owner for owner in owners if owner.delivered_at + window <= now]
    active: list[int] = []
    reached = dict.fromkeys(Stage, 0)
    for owner in mature:
        until = owner.delivered_at + window
        friends = [friend for friend in owner.friends if _counts(owner, friend, until)]
        sent = [each for each in owner.invitations if owner.delivered_at <= each.sent_at < until]
        accepted = sum(each.accepted_at is not None and each.accepted_at < until for each in sent)
        invited = len(sent) + max(0, len(friends) - accepted)
        if invited:
            active.append(invited)
        for stage in Stage:
            reached[stage] += sum(
                (at := friend.reached(stage)) is not None and at < until for friend in friends
            )
    steps: list[tuple[Stage, Estimate | None]] = []
    before = sum(active)
    for stage in Stage:
        steps.append((stage, share(reached[stage], before)))
        before = reached[stage]
    return Funnel(len(mature), share(len(active), len(mature)), mean_count(active), tuple(steps))


def _counts(owner: Owner, friend: Friend, until: int) -> bool:
    heard_of, came = friend.reached(Stage.OPENED), friend.delivered_at
    return heard_of is not None and heard_of < until and (came is None or came >= owner.delivered_at)
