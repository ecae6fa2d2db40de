// chain.list_also
// Whom people brought too: friends whom somebody else had brought before, or who stand above them, with that reason; by when it was heard of.
// At most `rows` of each person.
// mode: read
// param asked: MAP
// param rows: INTEGER
// returns also: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, rows: 101} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})
CALL (u) {
  MATCH (u)<-[f:ALSO_REFERRED_BY]-(d:User)
  WHERE d <> u
  WITH d, f ORDER BY f.at, d.oneId, f.referral LIMIT $rows
  OPTIONAL MATCH (r:Referral {id: f.referral})
  WITH d, f, r ORDER BY f.at, d.oneId, f.referral
  RETURN collect([d.oneId, f.at, f.reason, r.progress, r.deliveredAt]) AS people
}
RETURN collect([oneId, people]) AS also
