// referral.list_versions
// What all programmes ever said, by programme and version.
// mode: read
// returns versions: LIST<LIST<ANY>>
MATCH (p:Programme)
WHERE p.id > ''
MATCH (p)-[:HAS_VERSION]->(v:ProgrammeVersion)
WITH p, v ORDER BY p.id, v.version
RETURN collect([p.id, v.version, v.content, v.digest, v.by, v.recordedAt]) AS versions
