// erasure.find_present
// Of erased profiles those that are in the graph again or still, and of suppressions those that are not: a graph that
// was restored from a backup has both.
// mode: read
// param asked: MAP
// returns profiles: LIST<STRING>
// returns missing: LIST<STRING>
/* :params {asked: {profiles: ['p'], suppressions: ['sk']}} */
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (p:Profile {id: id})
  RETURN collect(p.id) AS profiles
}
CALL () {
  UNWIND $asked.suppressions AS key
  OPTIONAL MATCH (s:Suppression {key: key})
  WITH key, s WHERE s IS NULL
  RETURN collect(key) AS missing
}
RETURN profiles AS profiles, missing AS missing
