// A person, their history page by page, a judgement with its typed errors, and changes resumed from a cursor:
// `node src/main.ts ONEID OTHER`, with GUANXI_URL and GUANXI_KEY. Prints one line of JSON for each.
import type { ResultOf, TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { createClient } from "graphql-sse";
import { graphql } from "./gql/gql.ts";

const url = `${process.env.GUANXI_URL}/graphql`;
const headers = { authorization: `Bearer ${process.env.GUANXI_KEY}` };
const [oneId, other] = process.argv.slice(2);
if (!oneId || !other) throw new Error("usage: node src/main.ts ONEID OTHER");

const Person = graphql(`
  query Person($oneId: ID!, $after: String) {
    user(oneId: $oneId) {
      oneId
      displayName
      identifiers { namespace value }
      touchpoints(first: 2, after: $after) {
        edges { node { __typename id occurredAt ... on TestDriveCompleted { distanceKm } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

const KeepApart = graphql(`
  mutation KeepApart($a: ID!, $b: ID!, $key: String!) {
    confirmDifferent(input: { a: $a, b: $b }, reason: { why: "two customers", idempotencyKey: $key }) {
      __typename
      ... on JudgementRecorded { repeated judgement { id kind } }
      ... on UserNotFound { message remedy }
      ... on MergeConflict { message remedy }
      ... on Forbidden { message remedy }
      ... on NotFound { message remedy }
      ... on InvalidInput { message remedy }
    }
  }
`);

const Changes = graphql(`
  subscription Changes($oneId: ID!, $after: String) {
    userChanged(oneId: $oneId, after: $after) { cursor by user { oneId displayName } }
  }
`);

/** Data of an operation; what is wrong with the request itself is thrown, business errors are data. */
async function ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
  if (!data || errors) throw new Error(errors?.map((error) => error.message).join("; ") ?? response.statusText);
  return data;
}

/** The next update after a cursor, then hang up: what happens meanwhile is told to whoever resumes. */
async function nextChange(oneId: string, after: string | null) {
  const client = createClient({ url, headers });
  const updates = client.iterate<ResultOf<typeof Changes>>({
    query: print(Changes),
    variables: { oneId, after },
  });
  for await (const { data, errors } of updates) {
    client.dispose();
    if (!data) throw new Error(errors?.map((error) => error.message).join("; "));
    return data.userChanged;
  }
  throw new Error("the subscription ended");
}

async function judge(a: string, b: string): Promise<string> {
  const { confirmDifferent: answer } = await ask(KeepApart, { a, b, key: `apart-${a}-${b}` });
  switch (answer.__typename) {
    case "JudgementRecorded":
      return `${answer.judgement.kind}${answer.repeated ? " again" : ""}`;
    case "UserNotFound":
    case "MergeConflict":
    case "Forbidden":
    case "NotFound":
    case "InvalidInput":
      return `${answer.__typename}: ${answer.message}`;
  }
}

const history: string[] = [];
let after: string | null = null;
do {
  const { user }: ResultOf<typeof Person> = await ask(Person, { oneId, after });
  if (!user) throw new Error("nobody");
  if (!after) console.log(JSON.stringify({ person: user.displayName, identifiers: user.identifiers.length }));
  history.push(...user.touchpoints.edges.map(({ node }) => node.__typename));
  after = user.touchpoints.pageInfo.hasNextPage ? user.touchpoints.pageInfo.endCursor : null;
} while (after);
console.log(JSON.stringify({ history }));

const first = await nextChange(oneId, null);
console.log(JSON.stringify({ judged: [await judge(oneId, other), await judge(oneId, other), await judge(oneId, "nobody")] }));
const missed = await nextChange(oneId, first.cursor);
console.log(JSON.stringify({ changed: missed.user?.displayName, by: missed.by }));
