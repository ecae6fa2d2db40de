// profile.list_sources
// Every source that was declared, and every one that has a key.
// mode: read
// returns declared: LIST<LIST<STRING>>
// returns keyed: LIST<STRING>
CALL () {
  MATCH (s:Source)
  WHERE s.name > ''
  RETURN collect([s.name, s.declaration]) AS declared
}
CALL () {
  MATCH (k:ApiKey)
  WHERE k.id > '' AND k.source IS NOT NULL
  RETURN collect(DISTINCT k.source) AS keyed
}
RETURN declared AS declared, keyed AS keyed
