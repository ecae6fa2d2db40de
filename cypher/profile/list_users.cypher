// profile.list_users
// One page of present oneIds, ascending.
// mode: read
// param after: STRING
// param rows: INTEGER
// returns oneIds: LIST<STRING>
/* :params {after: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', rows: 21} */
MATCH (u:User)
WHERE u.oneId > $after
WITH u.oneId AS oneId ORDER BY u.oneId LIMIT $rows
RETURN collect(oneId) AS oneIds
