// referral.find_above
// Some users, and all who are above them by any referral.
// mode: read
// param asked: MAP
// returns oneIds: LIST<STRING>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})-[:FIRST_REFERRED_BY|ALSO_REFERRED_BY*0..100]->(above:User)
WITH DISTINCT above
RETURN collect(above.oneId) AS oneIds
