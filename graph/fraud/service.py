"""Looking at referrals: reads what surrounds them and says what speaks against each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from graph.fraud.evidence import Evidence
from graph.fraud.flag import Flag, Hop
from graph.fraud.reading import Surroundings, read_evidence
from graph.fraud.ring import find_rings
from graph.fraud.rules import Rules, load_fraud_rules
from graph.fraud.signals import judge_signals
from graph.ingest.components import ReadOne


class FraudLook:
    """Looks at referrals as the graph has them now; writes nothing, and rejects nobody.

    `rules` are the packaged ones where none are given.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or load_fraud_rules()

    async def look(self, read: ReadOne, referral_ids: Collection[str]) -> dict[str, tuple[Flag, ...]]:
        """The flags of each of these referrals, strongest first; of one that is not there, none.

        `read` is `Database.read_one` or a transaction's `one`, which then sees what that transaction wrote. Whatever
        the number of referrals: two statements, one more where referrals are between two people, and at most two
        more where somebody referred the referrers.
        """
        found = await read_evidence(read, referral_ids, rules=[self.rules])
        flags = await judge_all(found, Surroundings(read), self.rules)
        return {id_: flags.get(id_, ()) for id_ in referral_ids}


async def judge_all(
    found: dict[str, Evidence], surroundings: Surroundings, rules: Rules
) -> dict[str, tuple[Flag, ...]]:
    """The flags that these rules raise of all that was read, with the rings that they find."""
    rings = await find_rings(surroundings.look, [evidence.ends for evidence in found.values()], rules)
    return {
        id_: judge_signals(
            replace(evidence, rings=(rings[id_],)) if id_ in rings else evidence,
            rules,
        )
        for id_, evidence in found.items()
    }


async def fallen(read: ReadOne, hops: Iterable[Hop]) -> frozenset[Hop]:
    """Which of these hops do not stand in the graph now: of a path that holds none do. One statement."""
    asked = {(hop.kind, hop.of, hop.to): hop for hop in hops}
    row = await read("fraud.check_hops", asked={"hops": [list(key) for key in sorted(asked)]})
    standing = {tuple(hop) for hop in (row[0] if row else ())}
    return frozenset(hop for key, hop in asked.items() if key not in standing)
