"""What may be said in a story: few people who share much, in words that a shrunk story can be read in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from graph.clock import DAY
from graph.identity.evidence import Identifier
from graph.identity.rules import Rules, load_rules
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration

NOW = 1_795_000_000_000_000

SOURCES = {
    source["name"]: SourceDeclaration.model_validate(source)
    for source in (
        {"name": "web", "idSpace": "brand"},
        {"name": "app", "idSpace": "brand"},
        {"name": "shop"},
        {"name": "crm", "grades": {"phone": "verified", "governmentId": "verified", "email": "trusted"}},
    )
}
"""Web and app know the same user ids; crm has checked its phones."""

PHONES = [f"1391234000{n}" for n in range(3)]
EMAILS = [f"someone{n}@example.com" for n in range(2)]
NAMES = ["王建国", "王建军", "李敏", "王先生", "John Smith"]
BIRTHS = ["1980-05-17", "1980-05-18", "1980"]
GOVERNMENT = ["11010519491231002X", "440524188001010014"]
CITIES = ["上海市", "北京市", "广州市"]


@dataclass(frozen=True)
class Event:
    """One thing a source says of a user, a browser or both."""

    source: str
    user: str | None
    browser: str | None
    kind: str
    day: int
    traits: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        who = " with ".join(filter(None, (self.user, self.browser)))
        what = ", ".join(f"{name} {value}" for name, value in self.traits) or self.kind
        return f"<day {self.day}: {self.source} says {who} {'has ' if self.traits else 'does '}{what}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def message(self, message_id: str) -> Message:
        body: dict[str, Any] = {
            "messageId": message_id,
            "type": self.kind,
            "timestamp": (NOW - (1_000 - self.day) * DAY) // 1000,
        }
        if self.user:
            body["userId"] = self.user
        if self.kind == "alias":
            body["previousId"] = self.traits[0][1]
        elif self.browser:
            body["anonymousId"] = self.browser
        if self.kind == "identify":
            body["traits"] = dict(self.traits)
        if self.kind == "track":
            body |= {"event": "Content Viewed", "properties": {"model": "ET5", "dealer": "d1"}}
        found = read_message(body, Arrival(SOURCES[self.source], NOW))
        assert isinstance(found, Message), found
        return found


users = st.sampled_from([f"user-{n}" for n in range(4)])
browsers = st.sampled_from([f"browser-{n}" for n in range(3)])
days = st.sampled_from([0, 1, 5, 400, 999])

_traits = st.fixed_dictionaries(
    {},
    optional={
        "phone": st.sampled_from(PHONES),
        "name": st.sampled_from(NAMES),
        "email": st.sampled_from(EMAILS),
        "birthDate": st.sampled_from(BIRTHS),
        "governmentId": st.sampled_from(GOVERNMENT),
        "city": st.sampled_from(CITIES),
        "wechatUnionId": st.sampled_from(["union-id-1", "union-id-2"]),
    },
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Identifies most of all, contacts, and now and then that a user had another id before."""
    source = draw(st.sampled_from(list(SOURCES)))
    kind = draw(st.sampled_from([*["identify"] * 6, "track", "track", "alias"]))
    user = draw(users if kind == "alias" else st.one_of(users, users, st.none()))
    browser = draw(browsers) if user is None else draw(st.none() | browsers)
    traits = tuple(draw(_traits).items()) if kind == "identify" else ()
    if kind == "alias":
        traits = (("previousId", draw(users.filter(lambda other: other != user))),)
    return Event(source, user, browser, kind, draw(days), traits)


batches = st.lists(events(), min_size=1, max_size=5)


@dataclass(frozen=True)
class Size:
    """Rules whose sizes may be hit by a few people."""

    name: str
    hot: int
    cap: int
    budget: int
    limit: int
    people: int
    read_limit: int

    def __repr__(self) -> str:
        return (
            f"<{self.name} rules: hot {self.hot}, cap {self.cap}, budget {self.budget}, limit {self.limit}>"
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def rules(self) -> Rules:
        packaged = load_rules()
        return replace(
            packaged,
            namespaces={
                name: replace(
                    rule,
                    hot=self.hot,
                    limit=1 if rule.one_per_person else min(rule.limit, self.limit),
                    max_people=min(rule.max_people, self.people),
                    gap_days=None if rule.gap_days is None else 100,
                )
                for name, rule in packaged.namespaces.items()
            },
            cap=self.cap,
            budget=self.budget,
            read_limit=self.read_limit,
        )


SIZES = [
    Size("roomy", hot=64, cap=60, budget=400, limit=40, people=4, read_limit=5_000),
    Size("small hot", hot=3, cap=60, budget=400, limit=40, people=2, read_limit=5_000),
    Size("tight", hot=6, cap=4, budget=5, limit=2, people=2, read_limit=5_000),
    Size("short-sighted", hot=5, cap=10, budget=4, limit=3, people=3, read_limit=6),
]


def shown(identifier: Identifier) -> str:
    """How a steward writes an identifier."""
    return identifier.value if identifier.scope == "*" else f"{identifier.scope}/{identifier.value}"
