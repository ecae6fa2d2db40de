// gallery.referral_judgements
// How many referrals does each programme judge how, by how far they have come?
// mode: read
// param programme: STRING
// param limit: INTEGER
// returns programme: STRING
// returns judgement: STRING
// returns progress: STRING
// returns referrals: INTEGER
/* :params {programme: null, limit: 100} */
MATCH (e:Referral)
WHERE $programme IS NULL OR e.programme = $programme
RETURN e.programme AS programme, e.judgement AS judgement, e.progress AS progress, count(e) AS referrals
ORDER BY programme, referrals DESC, judgement, progress
LIMIT $limit
