// profile.list_dealer_users
// As `profile.list_users`, of the people of whom a dealer knows one profile: a page walks the dealer's own people.
// mode: read
// param after: STRING
// param rows: INTEGER
// param dealer: STRING
// returns oneIds: LIST<STRING>
/* :params {after: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', rows: 21, dealer: 'd-1'} */
MATCH (:Dealer {id: $dealer})<-[:KNOWN_TO]-(p:Profile)
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WHERE u.oneId > $after
WITH DISTINCT u.oneId AS oneId ORDER BY oneId LIMIT $rows
RETURN collect(oneId) AS oneIds
