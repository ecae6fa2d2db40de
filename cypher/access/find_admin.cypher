// access.find_admin
// Whether this graph ever had an admin key.
// mode: read
// returns id: STRING
MATCH (k:ApiKey)
WHERE k.id > '' AND k.role = 'admin'
RETURN k.id AS id
LIMIT 1
