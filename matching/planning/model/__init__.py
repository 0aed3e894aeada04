"""The model of the search, apart since it is long."""
