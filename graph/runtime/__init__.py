"""The embedded Neo4j: fetched, supervised and shared by every program on one data folder."""

from graph.runtime.embedded import database
from graph.runtime.endpoint import Endpoint
from graph.runtime.progress import Progress

__all__ = ["Endpoint", "Progress", "database"]
