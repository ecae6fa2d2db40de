// judgement.count_attached
// How many things of each kind hang on some profiles, by relationship type and label: what would go with them.
// What tells who they are is not counted; whatever is added to the graph later is, without a change here.
// mode: read
// param read: MAP
// returns attached: LIST<LIST<ANY>>
/* :params {read: {profiles: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], identity: ['HAS', 'CLAIMS']}} */
UNWIND $read.profiles AS id
MATCH (p:Profile {id: id})
MATCH (p)-[r]-(thing)
WHERE NOT type(r) IN $read.identity
WITH type(r) AS type, CASE WHEN size(labels(thing)) > 1 THEN [l IN labels(thing) WHERE l <> 'Message'][0]
                           ELSE labels(thing)[0] END AS label, thing
WITH type, label, count(DISTINCT thing) AS things
ORDER BY type, label
RETURN collect([type, label, things]) AS attached
