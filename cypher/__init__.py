"""The Cypher shelf: statements by domain, migrations and invariants; read only by `graph.db`."""
