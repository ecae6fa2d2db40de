// invariants.message_brought
// Every message was brought by exactly one profile, the one its touchpoint names, which may be about to be erased.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (m:Message)
WHERE m.key > ''
WITH m, [(m)<-[:BROUGHT]-(p:Profile|Erasing) | p.id] AS profiles
WHERE size(profiles) <> 1 OR (m:Touchpoint AND m.profileId <> profiles[0])
RETURN m.key AS subject, toString(size(profiles)) + ' profiles' AS detail
ORDER BY subject
LIMIT 20
