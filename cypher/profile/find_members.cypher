// profile.find_members
// The oneId that a oneId leads to now, and the profiles of that person; nothing for a oneId that leads nowhere.
// To a dealer only people of whom one profile is known to it, and of their profiles its own and the brand's.
// mode: read
// param oneId: STRING
// param dealer: STRING
// returns oneId: STRING
// returns profileIds: LIST<STRING>
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', dealer: null} */
OPTIONAL MATCH (gone:Erased {birthId: $oneId})
MATCH (:Profile {birthId: coalesce(gone.successor, $oneId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
WHERE $dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) }
RETURN u.oneId AS oneId,
       COLLECT { 
         MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
         WHERE $dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
         RETURN p.id
       } AS profileIds
