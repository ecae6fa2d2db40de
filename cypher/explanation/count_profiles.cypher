// explanation.count_profiles
// How many profiles the biggest of some components has, counted up to `most`.
// mode: read
// param asked: MAP
// param most: INTEGER
// returns profiles: INTEGER
/* :params {asked: {components: ['0198c0de-0000-7d3e-9f00-5a1b2c3d4e5f']}, most: 5001} */
UNWIND $asked.components AS component
CALL (component) {
  MATCH (p:Profile {component: component})
  WITH p LIMIT $most
  RETURN count(p) AS profiles
}
RETURN max(profiles) AS profiles
