"""The one way to Neo4j: the shelf of statements, sessions, migrations and the change feed."""
