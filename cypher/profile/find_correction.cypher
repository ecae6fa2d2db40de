// profile.find_correction
// One manual correction, with the profile it stands on.
// mode: read
// param id: STRING
// returns profileId: STRING
// returns source: STRING
// returns recordId: BYTES
// returns correction: LIST<ANY>
// returns retractedAt: INTEGER
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
MATCH (p:Profile)-[:CORRECTED]->(c:Correction {id: $id})
RETURN p.id AS profileId, p.source AS source, p.recordId AS recordId,
       [c.id, c.field, c.value, c.by, c.why, c.recordedAt] AS correction, c.retractedAt AS retractedAt
