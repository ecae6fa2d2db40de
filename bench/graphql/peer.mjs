// The peer: @neo4j/graphql with Apollo Server, over the bench's own graph. Says `ready at URL`, runs until killed.
//
// It reads the clear side of the nodes that guanxi reads: masks for sealed values, no names, no keys, no callers.
// That leaves it less to do. `newest` is a statement by hand: its own nested pages are a profile's, not a person's,
// and read and sort a whole history.

import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { Neo4jGraphQL } from "@neo4j/graphql";
import neo4j from "neo4j-driver";

const typeDefs = `#graphql
  type User @node {
    oneId: String!
    recordedAt: BigInt!
    profiles: [Profile!]! @relationship(type: "RESOLVED_TO", direction: IN)
    newest(first: Int!): [Touchpoint!]!
      @cypher(
        statement: """
        MATCH (this)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
        CALL (p) {
          MATCH (t:Touchpoint) WHERE t.profileId = p.id AND t.at > '0'
          RETURN t ORDER BY t.profileId DESC, t.at DESC LIMIT $first
        }
        RETURN t ORDER BY t.at DESC LIMIT $first
        """
        columnName: "t"
      )
  }

  type Profile @node {
    id: ID!
    source: String!
    firstSeenAt: BigInt
    lastSeenAt: BigInt
    identifiers: [Identifier!]! @relationship(type: "HAS", direction: OUT)
    claimed: [Identifier!]! @relationship(type: "CLAIMS", direction: OUT)
    vehicles: [Vehicle!]! @relationship(type: "DRIVES", direction: OUT)
    touchpoints: [Touchpoint!]! @relationship(type: "BROUGHT", direction: OUT)
  }

  type Identifier @node {
    key: ID!
    namespace: String!
    scope: String!
    mask: String!
  }

  type Vehicle @node {
    key: ID!
    mask: String!
    model: String
  }

  type Touchpoint @node {
    profileId: ID!
    at: String!
    kind: String!
    event: String!
    occurredAt: BigInt!
    channel: String
  }
`;

const { NEO4J_URI, NEO4J_USERNAME, NEO4J_PASSWORD, NEO4J_DATABASE } = process.env;
const driver = neo4j.driver(NEO4J_URI, neo4j.auth.basic(NEO4J_USERNAME, NEO4J_PASSWORD));
const schema = await new Neo4jGraphQL({ typeDefs, driver, features: { filters: { String: { GT: true } } } }).getSchema();
const server = new ApolloServer({ schema });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: "127.0.0.1" },
  context: async () => ({ sessionConfig: { database: NEO4J_DATABASE } }),
});
console.log(`ready at ${url}`);
