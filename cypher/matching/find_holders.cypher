// matching.find_holders
// Who holds some blocking keys: how many each has, and their ids where there are no more than `most`.
// mode: read
// param asked: MAP
// returns holders: LIST<LIST<ANY>>
/* :params {asked: {keys: ['bk'], most: 100}} */
UNWIND $asked.keys AS key
MATCH (k:BlockingKey {key: key})
WITH k, COUNT { (k)<-[:BLOCKS_ON]-() } AS held
RETURN collect([k.key, held, CASE WHEN held <= $asked.most THEN [(k)<-[:BLOCKS_ON]-(p:Profile) | p.id] ELSE [] END])
       AS holders
