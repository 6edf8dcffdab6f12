"""Forms as data: definitions, the relation language, and where each cell stands."""
