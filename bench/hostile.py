"""Hostile documents of 10 KB against an honest one of the same size: what it costs to find out what they are."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Final

from api.gql.documents import Documents
from api.gql.schema import build_schema
from bench.measure import ROUNDS, Figure
from bench.setting import Bench

SIZE: Final = 10_000
_ROOT: Final = 'user(oneId: "x")'


def _filled(start: str, each: Callable[[int], str], end: str, size: int) -> str:
    """`start`, as many of `each` as there is room for, and `end`."""
    parts, room, number = [start], size - len(start) - len(end), 0
    while room > 0:
        part = each(number)
        room -= len(part)
        if room >= 0:
            parts.append(part)
        number += 1
    return "".join([*parts, end])


def honest(size: int) -> str:
    """What a large page of a frontend asks: several people, each with what there is of them, by fragments."""
    card = """fragment Card on User { id oneId displayName firstSeenAt lastSeenAt profiles { id source recordId }
  identifiers { namespace scope value trusted } vehicles { id vin model role } golden { field value profiles } }
fragment Row on Touchpoint { id occurredAt receivedAt event kind channel campaign dealer consultant model content }
"""
    person = """query Page($id: ID!, $after: String, $first: Int) {
"""

    def block(number: int) -> str:
        return f"""  person{number}: user(oneId: $id) {{ ...Card
    newest: touchpoints(first: $first, after: $after, filter: {{kinds: ["testDrive", "order"], channel: "wechat"}}) {{
      edges {{ cursor node {{ ...Row ... on TestDriveCompleted {{ distanceKm appointmentAt }}
        ... on OrderPlaced {{ colour trim payment }} }} }} pageInfo {{ hasNextPage endCursor }} }} }}
"""

    blocks = "".join(block(number) for number in range(7))
    whole = card + person + blocks + "}\n"
    return whole + "# " + "what the page is for. " * ((size - len(whole)) // 22)


def hostile(size: int) -> Mapping[str, str]:
    """Shapes that have cost servers dearly, of this size."""
    return {
        "deep": "{ a" + "{a" * (size // 3) + "}" * (size // 3) + " }",
        "wide": _filled(f"{{ {_ROOT} {{ ", lambda _: "oneId ", "} }", size),
        "overlaps": _filled(
            f"{{ {_ROOT} {{ ",
            lambda n: f"...on User{{touchpoints{{edges{{node{{id a{n % 9}:event}}}}}}}} ",
            "} }",
            size,
        ),
        "aliases": _filled("{ ", lambda n: f"a{n}:{_ROOT}{{oneId}} ", "}", size),
        "bomb": _filled(
            f"{{ {_ROOT} {{ ...F0 }} }} ",
            lambda n: f"fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} }} ",
            "",
            size,
        ),
        "fan of fragments": _filled(
            f"{{ {_ROOT} {{ " + "...A " * 600 + "} } ",
            lambda n: f"fragment {'A' if n == 0 else f'B{n}'} on User {{ id profiles {{ id }} }} ",
            "",
            size,
        ),
        "ring": _filled(
            f"{{ {_ROOT} {{ ...F0 }} }} ",
            lambda n: f"fragment F{n} on User {{ ...F{(n + 1) % 90} }} ",
            "",
            size,
        ),
        "directives": _filled(f"{{ {_ROOT} {{ oneId ", lambda _: "@skip(if: false) ", "} }", size),
        "variables": _filled("query Q(", lambda n: f"$v{n}: [ID!]! ", f") {{ {_ROOT} {{ oneId }} }}", size),
        "unused and undefined": _filled(
            "query Q { ", lambda n: f"a{n}:user(oneId: $u{n}) {{ nothing{n} }} ", "}", size
        ),
        "lists": _filled(
            f"{{ {_ROOT} {{ touchpoints(filter: {{kinds: [",
            lambda _: '"a",',
            "]}) { edges { cursor } } } }",
            size,
        ),
        "nested lists": f"{{ {_ROOT} {{ touchpoints(filter: {{kinds: {'[' * (size // 2)}{']' * (size // 2)}}}) }} }}",
        "objects": _filled(
            f"{{ {_ROOT} {{ touchpoints(filter: {{",
            lambda n: f'k{n}:"x" ',
            "}) { edges { cursor } } } }",
            size,
        ),
        "operations": _filled("", lambda n: f"query Q{n} {{ {_ROOT} {{ oneId }} }} ", "", size),
        "introspection": _filled(
            "{ __schema { ", lambda _: "types { fields { type { fields { name } } } } ", "} }", size
        ),
        "unknown fields": _filled(f"{{ {_ROOT} {{ ", lambda n: f"nothing{n} ", "} }", size),
        "types": _filled(f"{{ {_ROOT} {{ ", lambda n: f"...on T{n}{{id}} ", "} }", size),
        "a long text": f'{{ user(oneId: "{"x" * size}") {{ oneId }} }}',
        "a block text": f'{{ user(oneId: """{(" " * 40 + chr(10)) * (size // 41)}""") {{ oneId }} }}',
        "comments": "#\n" * (size // 2) + f"{{ {_ROOT} {{ oneId }} }}",
        "escapes": f'{{ user(oneId: "{chr(92)}u0041{(chr(92) + "n") * (size // 2)}") {{ oneId }} }}',
    }


async def limits(_: Bench) -> list[Figure]:
    """The dearest shape against the honest one, and at a tenth of the size against itself."""
    schema = build_schema().core
    base = honest(SIZE)
    fresh = Documents(schema, suggestions=False)
    assert fresh.prepare(base).errors == (), fresh.prepare(base).errors

    def cost(text: str) -> float:
        taken = list[float]()
        for _ in range(5):
            documents = Documents(schema, suggestions=False)
            started = time.process_time()
            documents.prepare(text)
            taken.append(time.process_time() - started)
        return 1_000 * min(taken)

    figure = Figure(
        "graphql-hostile",
        f"the dearest of {len(hostile(SIZE))} hostile shapes of {SIZE // 1_000} KB: parse, measure, validate",
        "an honest document of the same size",
        "≤ 2",
        higher_is_better=False,
    )
    growth = Figure(
        "graphql-hostile-growth",
        "the steepest of the shapes: what ten times the size costs",
        "ten times what the tenth of it costs",
        "≤ 1.5",
        higher_is_better=False,
    )
    told = dict[str, list[float]]()
    steep = dict[str, list[float]]()
    for _ in range(ROUNDS):
        bare = cost(base)
        costs = {name: cost(text) for name, text in hostile(SIZE).items()}
        small = {name: cost(text) for name, text in hostile(SIZE // 10).items()}
        for name, taken in costs.items():
            told.setdefault(name, []).append(taken / bare)
            steep.setdefault(name, []).append(taken / (10 * small[name]))
        worst = max(costs, key=costs.__getitem__)
        figure.ours.append(costs[worst])
        figure.theirs.append(bare)
        steepest = max(costs, key=lambda name: costs[name] / small[name])
        growth.ours.append(costs[steepest])
        growth.theirs.append(10 * small[steepest])
    figure.beside = {"unit": "ms", "of each shape": _medians(told)}
    growth.beside = {"unit": "ms", "of each shape": _medians(steep)}
    return [figure, growth]


def _medians(taken: Mapping[str, list[float]]) -> dict[str, float]:
    found = {name: round(statistics.median(values), 2) for name, values in taken.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))
