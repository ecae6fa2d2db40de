// judgement.find_operation
// The judgement that an operation wrote.
// mode: read
// param operationId: STRING
// returns id: STRING
/* :params {operationId: 'o'} */
MATCH (j:Judgement {operationId: $operationId})
RETURN j.id AS id
