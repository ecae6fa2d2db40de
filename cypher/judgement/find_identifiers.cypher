// judgement.find_identifiers
// Of some identifiers those there are, each with its mask and one profile that holds it, the least.
// mode: read
// param asked: MAP
// returns identifiers: LIST<LIST<STRING>>
/* :params {asked: {keys: ['ik']}} */
UNWIND $asked.keys AS key
MATCH (i:Identifier {key: key})
CALL (i) {
  MATCH (i)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(p:Profile)
  RETURN min(p.id) AS holder
}
WITH i, holder WHERE holder IS NOT NULL
RETURN collect([i.key, i.namespace, i.mask, holder]) AS identifiers
