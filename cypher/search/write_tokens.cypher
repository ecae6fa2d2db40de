// search.write_tokens
// Writes search tokens: of profiles [id, sealed traits, tokens], where the traits are still those that the tokens were made
// from, of identifiers [key, tokens], of corrections [id, tokens]. `feed.begin_write` ran first in this transaction.
// mode: write
// param rows: MAP
// returns written: INTEGER
/* :params {rows: {profiles: [['p', null, '0mdvgc5m']], identifiers: [['ik', '1trh2hms']], corrections: []}} */
CALL () {
  UNWIND $rows.profiles AS r
  MATCH (p:Profile {id: r[0]})
  WHERE p.traits = r[1]
  SET p.searchTokens = r[2]
  RETURN count(p) AS profiles
}
CALL () {
  UNWIND $rows.identifiers AS r
  MATCH (i:Identifier {key: r[0]})
  SET i.searchTokens = r[1]
  RETURN count(i) AS identifiers
}
CALL () {
  UNWIND $rows.corrections AS r
  MATCH (c:Correction {id: r[0]})
  WHERE c.retractedAt IS NULL
  SET c.searchTokens = r[1]
  RETURN count(c) AS corrections
}
RETURN profiles + identifiers + corrections AS written
