// erasure.lift_suppression
// Lets an erased record come back; what is left says whether it was suppressed.
// mode: write
// param key: STRING
// returns lifted: BOOLEAN
/* :params {key: 'sk'} */
OPTIONAL MATCH (s:Suppression {key: $key})
WITH s, s IS NOT NULL AS lifted
DELETE s
RETURN lifted AS lifted
