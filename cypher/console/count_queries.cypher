// console.count_queries
// How many queries a key keeps.
// mode: read
// param owner: STRING
// returns queries: INTEGER
/* :params {owner: 'k'} */
MATCH (q:SavedQuery)
USING INDEX q:SavedQuery(owner, id)
WHERE q.owner = $owner AND q.id > '' AND q.deletedAt IS NULL
RETURN count(q) AS queries
