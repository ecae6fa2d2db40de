// console.change_query
// Gives a query another name or description, sealed, and shares it or takes it back; its versions stay as they are.
// mode: write
// param query: MAP
// returns id: STRING
/* :params {query: {id: 'q', about: 'sealed', sharing: 'team'}} */
MATCH (q:SavedQuery {id: $query.id})
SET q.about = $query.about, q.sharing = $query.sharing
RETURN q.id AS id
