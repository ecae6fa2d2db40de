"""The gallery: ready analyses for analysts, each a statement of `cypher/gallery`."""
