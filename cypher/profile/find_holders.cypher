// profile.find_holders
// The present users of those who hold any of some identifiers, by trusted evidence and by claims; two of a kind are
// enough to know that they are several, so a hot identifier is not walked to its end.
// To a dealer only what it may see counts, as in `profile.read_users`.
// mode: read
// param asked: MAP
// param dealer: STRING
// returns trusted: LIST<STRING>
// returns claimed: LIST<STRING>
/* :params {asked: {keys: ['ik']}, dealer: null} */
CALL () {
  UNWIND $asked.keys AS key
  MATCH (:Identifier {key: key})<-[e:HAS WHERE e.retractedAt IS NULL]-(p:Profile)
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WHERE ($dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer })
    AND ($dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
  WITH DISTINCT u.oneId AS oneId LIMIT 2
  RETURN collect(oneId) AS trusted
}
CALL () {
  UNWIND $asked.keys AS key
  MATCH (:Identifier {key: key})<-[e:CLAIMS WHERE e.retractedAt IS NULL]-(p:Profile)
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WHERE ($dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer })
    AND ($dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
  WITH DISTINCT u.oneId AS oneId LIMIT 2
  RETURN collect(oneId) AS claimed
}
RETURN trusted AS trusted, claimed AS claimed
