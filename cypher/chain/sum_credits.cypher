// chain.sum_credits
// What people brought about: how many people are in each generation below them (30 at most), and the money of delivered orders that was credited
// to somebody of each generation, the person being the 0th. One sum is [generation, currency, amount in its smallest part, orders]. Of an
// order that was split only the shares of those who are in this tree count; what is an order of the person too is left out, and one that
// several friends state counts once.
// mode: read
// param asked: MAP
// returns trees: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})
CALL (u) {
  CALL (u) {
    MATCH path = (u)<-[:FIRST_REFERRED_BY]-{1,30}(d:User)
    WITH d, min(length(path)) AS generation
    WHERE d <> u
    RETURN generation, count(*) AS people
  }
  WITH generation, people ORDER BY generation
  RETURN collect([generation, people]) AS generations
}
CALL (u) {
  CALL (u) {
    MATCH path = (u)<-[:FIRST_REFERRED_BY]-{0,30}(one:User)
    WITH one, min(length(path)) AS generation
    MATCH (one)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile)-[:MADE]->(r:Referral)
    WHERE r.counts AND r.joins IS NULL AND r.deliveredAt IS NOT NULL AND r.credited IS NOT NULL AND r.orderMinor IS NOT NULL
      AND r.orderCurrency IS NOT NULL
    MATCH (r)-[:FOR]->(:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(friend:User)
    WHERE friend <> one AND friend <> u
      AND NOT EXISTS {
        MATCH (u)<-[own:RESOLVED_TO WHERE own.to IS NULL]-(p:Profile)
        MATCH (t:Touchpoint)
        USING INDEX SEEK t:Touchpoint(profileId, fact)
        WHERE t.profileId = p.id AND t.fact = r.orderFact
      }
    CALL (r, friend) {
      MATCH (friend)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(:Profile)<-[:FOR]-(s:Referral)
      WHERE s.orderFact = r.orderFact AND s.joins IS NULL AND s.credited IS NOT NULL
      RETURN sum(s.credited) AS weights
    }
    RETURN generation, r.orderFact AS fact, r.orderCurrency AS currency, r.orderMinor AS minor, 1.0 * r.credited / weights AS share
  }
  WITH fact, sum(share) AS whole, collect([generation, currency, minor * share]) AS shares
  UNWIND shares AS each
  WITH each[0] AS generation, each[1] AS currency, sum(each[2] / CASE WHEN whole > 1 THEN whole ELSE 1 END) AS minor,
       count(DISTINCT fact) AS orders
  ORDER BY generation, currency
  RETURN collect([generation, currency, minor, orders]) AS credits
}
RETURN collect([oneId, generations, credits]) AS trees
