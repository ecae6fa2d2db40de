// search.list_tokens
// A page of profiles by ascending id, with what their search tokens are made from, sealed, and the tokens they have: the
// name's in the traits, and each identifier of some namespaces as [key, namespace, value, tokens], each name
// set by hand as [id, value, tokens].
// mode: read
// param after: STRING
// param limit: INTEGER
// param asked: MAP
// returns profiles: LIST<LIST<ANY>>
/* :params {after: '', limit: 1000, asked: {namespaces: ['email']}} */
MATCH (p:Profile)
WHERE p.id > $after
WITH p ORDER BY p.id LIMIT $limit
RETURN collect([
  p.id, p.traits, p.searchTokens,
  [(p)-[e:HAS|CLAIMS]->(i:Identifier WHERE i.namespace IN $asked.namespaces) |
    [i.key, i.namespace, e.value, i.searchTokens]],
  CASE WHEN p.corrected THEN
    [(p)-[:CORRECTED]->(c:Correction WHERE c.field = 'name' AND c.retractedAt IS NULL) |
      [c.id, c.value, c.searchTokens]]
  ELSE [] END
]) AS profiles
