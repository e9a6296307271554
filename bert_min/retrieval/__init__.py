"""Which vectors or texts are nearest to a query: exact search, similarity, ranking."""
