// ledger.find_programme
// Whether a version of this programme was ever published; no row where none was.
// mode: read
// param id: STRING
// returns id: STRING
/* :params {id: 'two-sided'} */
MATCH (p:Programme {id: $id})
RETURN p.id AS id
