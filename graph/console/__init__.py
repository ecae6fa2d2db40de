"""The analysts' Cypher console: any read statement, and nothing else."""
