// profile.find_profile
// One profile; to a dealer its own and the brand's, of people of whom one profile is known to it.
// mode: read
// param id: STRING
// param dealer: STRING
// returns id: STRING
// returns source: STRING
// returns recordId: BYTES
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', dealer: null} */
MATCH (p:Profile {id: $id})
WHERE $dealer IS NULL OR (NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
  AND EXISTS { MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
            WHERE EXISTS {
              MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } })
RETURN p.id AS id, p.source AS source, p.recordId AS recordId
