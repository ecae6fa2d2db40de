// console.list_queries
// The queries of a key and those that are shared, oldest first, behind one of them.
// mode: read
// param owner: STRING
// param after: STRING
// param limit: INTEGER
// returns queries: LIST<LIST<ANY>>
/* :params {owner: 'k', after: '', limit: 51} */
CALL () {
  MATCH (q:SavedQuery)
  USING INDEX q:SavedQuery(owner, id)
  WHERE q.owner = $owner AND q.id > $after AND q.deletedAt IS NULL
  RETURN q ORDER BY q.id LIMIT $limit
  UNION
  MATCH (q:SavedQuery)
  USING INDEX q:SavedQuery(sharing, id)
  WHERE q.sharing = 'team' AND q.id > $after AND q.deletedAt IS NULL
  RETURN q ORDER BY q.id LIMIT $limit
}
WITH q ORDER BY q.id LIMIT $limit
RETURN collect([q.id, q.owner, q.sharing, q.about, q.month, q.newest, q.recordedAt]) AS queries
