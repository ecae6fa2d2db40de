// console.list_names
// The labels, relationship types and property keys that the graph has, declared or not.
// mode: read
// returns labels: LIST<STRING>
// returns types: LIST<STRING>
// returns properties: LIST<STRING>
CALL db.labels() YIELD label
WITH collect(label) AS labels
CALL db.relationshipTypes() YIELD relationshipType
WITH labels, collect(relationshipType) AS types
CALL db.propertyKeys() YIELD propertyKey
RETURN labels AS labels, types AS types, collect(propertyKey) AS properties
