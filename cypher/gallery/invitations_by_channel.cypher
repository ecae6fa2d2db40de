// gallery.invitations_by_channel
// How many invitations were sent by each channel of a programme, and how many of them were taken up?
// mode: read
// param programme: STRING
// param limit: INTEGER
// returns programme: STRING
// returns channel: STRING
// returns sent: INTEGER
// returns accepted: INTEGER
// returns share: FLOAT
/* :params {programme: null, limit: 100} */
MATCH (i:Invitation)
WHERE $programme IS NULL OR i.programme = $programme
WITH i.programme AS programme, i.channel AS channel, count(i) AS sent, count(i.acceptedAt) AS accepted
RETURN programme AS programme, channel AS channel, sent AS sent, accepted AS accepted, toFloat(accepted) / sent AS share
ORDER BY sent DESC, programme, channel
LIMIT $limit
