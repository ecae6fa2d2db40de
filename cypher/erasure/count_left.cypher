// erasure.count_left
// How many of some identifiers, vehicles and judgements hang on nothing but the profiles that are to be erased.
// mode: read
// param asked: MAP
// returns identifiers: INTEGER
// returns vehicles: INTEGER
// returns judgements: INTEGER
/* :params {asked: {profiles: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], identifiers: ['ik'], vehicles: ['vk'],
   judgements: ['j']}} */
CALL () {
  UNWIND $asked.identifiers AS key
  MATCH (i:Identifier {key: key})
  WHERE NOT EXISTS { (i)<-[:HAS|CLAIMS]-(p:Profile) WHERE NOT p.id IN $asked.profiles }
  RETURN count(i) AS identifiers
}
CALL () {
  UNWIND $asked.vehicles AS key
  MATCH (v:Vehicle {key: key})
  WHERE NOT EXISTS { (v)<-[:DRIVES]-(p:Profile) WHERE NOT p.id IN $asked.profiles }
    AND NOT EXISTS { (v)<-[:ABOUT]-(t:Touchpoint) WHERE NOT t.profileId IN $asked.profiles }
  RETURN count(v) AS vehicles
}
CALL () {
  UNWIND $asked.judgements AS id
  MATCH (j:Judgement {id: id})
  WHERE NOT EXISTS { (j)-[:CONCERNS]->(p:Profile) WHERE NOT p.id IN $asked.profiles }
    AND NOT (j.kind = 'shared' AND EXISTS {
      (j)-[:MARKS]->(:Identifier)<-[:HAS|CLAIMS]-(p:Profile) WHERE NOT p.id IN $asked.profiles })
  RETURN count(j) AS judgements
}
RETURN identifiers AS identifiers, vehicles AS vehicles, judgements AS judgements
