// invariants.erased_gone
// An erased profile is not there, nobody bears its id, and its tombstone names a profile that is there, or none.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (e:Erased)
WHERE e.birthId > ''
WITH e, CASE
  WHEN EXISTS { (:Profile {id: e.profileId}) } OR EXISTS { (:Profile {birthId: e.birthId}) } THEN 'still a profile'
  WHEN EXISTS { (:User {oneId: e.birthId}) } THEN 'still a user'
  WHEN e.successor IS NOT NULL AND NOT EXISTS { (:Profile {birthId: e.successor}) } THEN 'leads to nobody'
END AS detail
WHERE detail IS NOT NULL
RETURN e.birthId AS subject, detail AS detail
ORDER BY subject
LIMIT 20
