// profile.find_former
// Since when nobody is the user of a oneId any more; nothing for a oneId that is borne, or never was.
// mode: read
// param oneId: STRING
// returns until: INTEGER
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
MATCH (f:FormerUser {oneId: $oneId})
RETURN f.until AS until
