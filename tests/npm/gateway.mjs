// A company's graph of ours and another: `node gateway.mjs URL ONEID…`, the key in KEY; prints what it answered.
import { ApolloGateway, IntrospectAndCompose, LocalGraphQLDataSource, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

const [url, ...people] = process.argv.slice(2);

// The other graph knows how many points a person has, and of the person the oneId alone.
const loyalty = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { members: [Member!]! }
  type Member { points: Int! person: User }
  type User @key(fields: "oneId") { oneId: ID! points: Int! }
`);
const pointsOf = (oneId) => 10 * people.indexOf(oneId);
const resolvers = {
  Query: { members: () => people.map((oneId) => ({ points: pointsOf(oneId), person: { oneId } })) },
  User: { points: ({ oneId }) => pointsOf(oneId), __resolveReference: ({ oneId }) => ({ oneId }) },
};
const local = new LocalGraphQLDataSource(buildSubgraphSchema({ typeDefs: loyalty, resolvers }));

class Ours extends RemoteGraphQLDataSource {
  willSendRequest({ request }) {
    request.http.headers.set("authorization", `Bearer ${process.env.KEY}`);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({
    subgraphs: [{ name: "people", url }, { name: "loyalty", url: "http://loyalty.invalid" }],
  }),
  buildService: ({ name, url }) => (name === "people" ? new Ours({ url }) : local),
});
const server = new ApolloServer({ gateway });
await server.start();
const query = `query ($id: ID!) {
  members { points person { oneId displayName points } }
  user(oneId: $id) { oneId displayName points }
}`;
const { body } = await server.executeOperation({ query, variables: { id: people[1] } });
await server.stop();
const { data, errors } = body.singleResult;
if (errors) throw new Error(JSON.stringify(errors));
console.log(JSON.stringify(data));
