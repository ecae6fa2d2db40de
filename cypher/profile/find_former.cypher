// profile.find_former
// Since when nobody is the user of a oneId any more; nothing for a oneId that is borne, or never was, or was that of
// somebody erased of whom nothing is left.
// mode: read
// param oneId: STRING
// returns until: INTEGER
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
CALL () {
  MATCH (f:FormerUser {oneId: $oneId})
  RETURN f.until AS at
  UNION
  MATCH (e:Erased {birthId: $oneId})
  WHERE e.successor IS NOT NULL
  RETURN e.at AS at
}
RETURN min(at) AS until
