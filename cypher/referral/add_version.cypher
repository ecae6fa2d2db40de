// referral.add_version
// Leaves what a programme says from now on; the programme itself where it is new.
// mode: write
// param version: MAP
// returns key: STRING
/* :params {version: {key: 'two-sided:1', programme: 'two-sided', version: 1, digest: 'd', content: '{}', by: 'k', recordedAt: 1795000000000000}} */
MERGE (p:Programme {id: $version.programme})
  ON CREATE SET p.recordedAt = $version.recordedAt
MERGE (v:ProgrammeVersion {key: $version.key})
  ON CREATE SET v = $version
MERGE (p)-[:HAS_VERSION]->(v)
RETURN v.key AS key
