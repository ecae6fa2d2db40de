"""An erasing program that kills itself: `python -m tests.graph.erasure.victim`, told what to do by a line of JSON.

`uri`, `password`, `database`, `data_dir` (of the keyring), `profile` to erase, and `steps`: after so many committed
steps of removing its messages it dies by SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from graph.db.connect import connect
from graph.db.database import Database
from graph.erasure.model import ByProfile
from graph.erasure.service import ErasureService
from graph.identity.rules import load_rules
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import load_settings


class _Doomed(Database):
    """Kills its process when so many writes are committed."""

    left = 0

    async def in_write(self, work: Any) -> Any:
        answer = await super().in_write(work)
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


async def _erase(told: dict[str, Any]) -> None:
    endpoint = Endpoint(told["uri"], "neo4j", SecretStr(told["password"]), told["database"])
    database = _Doomed(await connect(endpoint), name=endpoint.database)
    database.left = 1 + told["steps"]  # the first write is the erasure itself
    with Keyring.open(load_settings(data_dir=Path(told["data_dir"])), create=False) as keyring:
        service = ErasureService(
            database, keyring=keyring, blind=BlindIndex(keyring.index_root), rules=load_rules(None)
        )
        await service.erase(ByProfile(told["profile"]), by="victim")


if __name__ == "__main__":
    asyncio.run(_erase(json.loads(sys.stdin.readline())))
