"""People of a test: brought by record id, found again by it, and the whole of who is who as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph.clock import DAY
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, resolve_stored
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from tests.graph.ingest.state import counts, facts, partition, stored_profiles

NOW = 1_795_000_000_000_000
PHONE = "13912340001"
_numbers = iter(range(10**6))


def source(user: str, *, checked: bool = False) -> SourceDeclaration:
    """Each record has a source of its own: two user ids of one source would be two people."""
    grades = {"phone": "verified", "governmentId": "verified"} if checked else {}
    return SourceDeclaration.model_validate({"name": f"of-{user}", "grades": grades})


def said(user: str, *, checked: bool = False, at: int = NOW, **traits: Any) -> Message:
    """What the record's source says of it, and whether it has checked it."""
    body = {
        "type": "identify",
        "userId": user,
        "messageId": f"said-{next(_numbers)}",
        "timestamp": at // 1000,
        "traits": traits,
    }
    made = read_message(body, Arrival(source(user, checked=checked), NOW + DAY))
    assert isinstance(made, Message), made
    return made


def seen(user: str) -> Message:
    """A contact of a record."""
    body = {"type": "track", "event": "Content Viewed", "userId": user, "messageId": f"seen-{next(_numbers)}"}
    made = read_message(body, Arrival(source(user), NOW))
    assert isinstance(made, Message), made
    return made


@dataclass
class People:
    """The graph as a test sees it."""

    database: Database
    keyring: Keyring
    rules: Rules
    writer: Writer

    async def bring(self, *messages: Message) -> None:
        """Write messages, each as a batch of its own: who comes first founds."""
        for message in messages:
            await self.writer.write([message])

    async def profiles(self) -> list[StoredProfile]:
        """Every profile, by record id."""
        return sorted(await stored_profiles(self.database, self.keyring), key=lambda profile: profile.key)

    async def stored(self) -> dict[str, StoredProfile]:
        """Every profile by the id of its record, which here no two sources share."""
        return {profile.key[1]: profile for profile in await self.profiles()}

    async def id(self, record: str) -> str:
        """The profile id of a record."""
        return (await self.stored())[record].id

    async def one_id(self, record: str) -> str:
        """The present oneId of a record."""
        one_id = (await self.stored())[record].one_id
        assert one_id is not None
        return one_id

    async def who(self) -> list[list[str]]:
        """Who is one person, by record ids; it is checked against resolving everything from scratch."""
        profiles = await self.profiles()
        resolution = resolve_stored(profiles, rules=self.rules)
        assert partition(profiles) == {person.members for person in resolution.people}
        components = {p.key: p.component for p in profiles}
        assert {len({components[key] for key in part}) for part in resolution.components} == {1}
        assert len(set(components.values())) == len(resolution.components)
        return sorted(sorted(record for _, record in group) for group in partition(profiles))

    async def all(self) -> Any:
        """Everything that must come back when a judgement is taken back: oneIds, reasons, components, facts."""
        profiles = await self.profiles()
        place = {p.key: (p.id, p.one_id, p.component, p.reason, p.candidates, p.shared) for p in profiles}
        users = await self.database.run_schema(
            "CYPHER 5 MATCH (u) WHERE u:User OR u:FormerUser RETURN u.oneId AS id, labels(u) AS labels ORDER BY id"
        )
        return (
            place,
            facts(profiles),
            await counts(self.database),
            [row for row in users if "User" in row["labels"]],
        )
