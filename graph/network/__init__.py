"""Who is tied to whom: paths between people and neighbourhoods. Reads only."""
