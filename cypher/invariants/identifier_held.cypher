// invariants.identifier_held
// An identifier goes with its last edge.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (i:Identifier)
WHERE i.key > '' AND NOT EXISTS { (i)<-[:HAS|CLAIMS]-(:Profile) }
RETURN i.key AS subject, 'held by nobody' AS detail
ORDER BY subject
LIMIT 20
