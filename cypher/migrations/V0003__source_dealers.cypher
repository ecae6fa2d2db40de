// A source's dealer as a property of its own, so that what a dealer may see is decided inside of a statement.
MATCH (s:Source)
WHERE s.declaration CONTAINS '"dealer":"'
SET s.dealer = split(split(s.declaration, '"dealer":"')[1], '"')[0];
