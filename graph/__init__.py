"""The relationship graph: identity, ingest, privacy and the views, on Neo4j.

`graph` knows nothing of HTTP, GraphQL or the command line; those live in `api`.
"""
