"""A person, their history page by page, a judgement with its typed errors, and changes resumed from a cursor.

`python main.py ONEID OTHER`, with GUANXI_URL and GUANXI_KEY and the package `gql[httpx,websockets]`. Prints one line
of JSON for each. Documents are checked against the schema that the server tells; with a key that may not see it, leave
`fetch_schema_from_transport` out, or give the file as `schema`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

PERSON = gql(
    """
    query Person($oneId: ID!, $after: String) {
      user(oneId: $oneId) {
        oneId displayName identifiers { namespace value }
        touchpoints(first: 2, after: $after) {
          edges { node { __typename id occurredAt ... on TestDriveCompleted { distanceKm } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
    """
)
KEEP_APART = gql(
    """
    mutation KeepApart($a: ID!, $b: ID!, $key: String!) {
      confirmDifferent(input: {a: $a, b: $b}, reason: {why: "two customers", idempotencyKey: $key}) {
        __typename
        ... on JudgementRecorded { repeated judgement { id kind } }
        ... on JudgementError { message remedy }
      }
    }
    """
)
CHANGES = gql(
    """
    subscription Changes($oneId: ID!, $after: String) {
      userChanged(oneId: $oneId, after: $after) { cursor by user { oneId displayName } }
    }
    """
)


async def main(one_id: str, other: str) -> None:
    """Ask, judge, and be told."""
    address, key = os.environ["GUANXI_URL"], os.environ["GUANXI_KEY"]
    headers = {"Authorization": f"Bearer {key}"}
    asking = HTTPXAsyncTransport(
        f"{address}/graphql", headers=headers, timeout=15
    )  # the server gives up after 10 s
    async with Client(transport=asking, fetch_schema_from_transport=True) as session:

        async def ask(document: Any, **variables: Any) -> dict[str, Any]:
            document.variable_values = variables
            return await session.execute(document)

        async def judge(a: str, b: str) -> str:
            answer = (await ask(KEEP_APART, a=a, b=b, key=f"apart-{a}-{b}"))["confirmDifferent"]
            if answer["__typename"] == "JudgementRecorded":
                return f"{answer['judgement']['kind']}{' again' if answer['repeated'] else ''}"
            return f"{answer['__typename']}: {answer['message']}"

        history: list[str] = []
        after: str | None = None
        while True:
            user = (await ask(PERSON, oneId=one_id, after=after))["user"]
            if after is None:
                told(person=user["displayName"], identifiers=len(user["identifiers"]))
            history += [edge["node"]["__typename"] for edge in user["touchpoints"]["edges"]]
            page = user["touchpoints"]["pageInfo"]
            if not page["hasNextPage"]:
                break
            after = page["endCursor"]
        told(history=history)

        first = await next_change(address, headers, one_id, after=None)
        told(judged=[await judge(one_id, other), await judge(one_id, other), await judge(one_id, "nobody")])
        missed = await next_change(address, headers, one_id, after=first["cursor"])
        told(changed=missed["user"]["displayName"], by=missed["by"])


async def next_change(
    address: str, headers: dict[str, str], one_id: str, *, after: str | None
) -> dict[str, Any]:
    """The next update after a cursor, then hang up: what happens meanwhile is told to whoever resumes."""
    socket = WebsocketsTransport(
        f"{address.replace('http', 'ws', 1)}/graphql",
        headers=headers,
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with Client(transport=socket) as session:
        CHANGES.variable_values = {"oneId": one_id, "after": after}
        async for update in session.subscribe(CHANGES):
            return update["userChanged"]
    raise RuntimeError("The subscription ended.")


def told(**facts: Any) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
