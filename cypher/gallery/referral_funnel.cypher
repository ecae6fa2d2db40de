// gallery.referral_funnel
// By programme and channel, how far have referrals come that were first heard of within [since, until)? A referral that is a part of another is not
// counted beside it.
// mode: read
// param programme: STRING
// param since: INTEGER
// param until: INTEGER
// param limit: INTEGER
// returns programme: STRING
// returns channel: STRING
// returns opened: INTEGER
// returns identified: INTEGER
// returns testDriven: INTEGER
// returns ordered: INTEGER
// returns delivered: INTEGER
// returns matured: INTEGER
// returns returned: INTEGER
/* :params {programme: null, since: null, until: null, limit: 100} */
MATCH (e:Referral)
WHERE e.joins IS NULL AND ($programme IS NULL OR e.programme = $programme)
  AND ($since IS NULL OR e.openedAt >= $since) AND ($until IS NULL OR e.openedAt < $until)
RETURN e.programme AS programme, e.channel AS channel, count(e) AS opened, count(e.identifiedAt) AS identified,
       count(e.testDrivenAt) AS testDriven, count(e.orderedAt) AS ordered, count(e.deliveredAt) AS delivered,
       count(e.maturedAt) AS matured, count(e.returnedAt) AS returned
ORDER BY opened DESC, programme, channel
LIMIT $limit
