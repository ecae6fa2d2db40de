// profile.find_holders_as_of
// As `profile.find_holders`, but who held it at a time in the past; claims are looked for only where nothing trusted is.
// mode: read
// param asked: MAP
// param at: INTEGER
// returns trusted: LIST<STRING>
// returns claimed: LIST<STRING>
/* :params {asked: {keys: ['ik']}, at: 1795000000000000} */
CALL () {
  UNWIND $asked.keys AS key
  MATCH (:Identifier {key: key})
        <-[e:HAS WHERE e.recordedAt <= $at AND (e.retractedAt IS NULL OR e.retractedAt > $at)]-(p:Profile)
  MATCH (p)-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]->(u)
  WITH DISTINCT u.oneId AS oneId LIMIT 2
  RETURN collect(oneId) AS trusted
}
CALL (trusted) {
  WITH trusted WHERE size(trusted) = 0
  UNWIND $asked.keys AS key
  MATCH (:Identifier {key: key})<-[e:HAS|CLAIMS WHERE coalesce(e.claimedAt, e.recordedAt) <= $at
                                   AND (e.retractedAt IS NULL OR e.retractedAt > $at)]-(p:Profile)
  WHERE type(e) = 'CLAIMS' OR e.recordedAt > $at
  MATCH (p)-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]->(u)
  WITH DISTINCT u.oneId AS oneId LIMIT 2
  RETURN collect(oneId) AS claimed
}
RETURN trusted AS trusted, claimed AS claimed
