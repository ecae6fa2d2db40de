// profile.find_holders
// The present users of those who hold any of some identifiers, by trusted evidence and by claims; two of a kind are
// enough to know that they are several, so a hot identifier is not walked to its end.
// mode: read
// param asked: MAP
// returns trusted: LIST<STRING>
// returns claimed: LIST<STRING>
/* :params {asked: {keys: ['ik']}} */
CALL () {
  UNWIND $asked.keys AS key
  MATCH (:Identifier {key: key})<-[e:HAS WHERE e.retractedAt IS NULL]-(p:Profile)
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WITH DISTINCT u.oneId AS oneId LIMIT 2
  RETURN collect(oneId) AS trusted
}
CALL () {
  UNWIND $asked.keys AS key
  MATCH (:Identifier {key: key})<-[e:CLAIMS WHERE e.retractedAt IS NULL]-(p:Profile)
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WITH DISTINCT u.oneId AS oneId LIMIT 2
  RETURN collect(oneId) AS claimed
}
RETURN trusted AS trusted, claimed AS claimed
