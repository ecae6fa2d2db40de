// tag.read_tags
// The standing tags of users, with the reasons, sealed under the profile that each stands on.
// mode: read
// param asked: MAP
// returns tags: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[g:TAGGED WHERE g.retractedAt IS NULL]->(t:Tag)
RETURN collect([oneId, t.name, g.by, g.recordedAt, p.id, g.why]) AS tags
