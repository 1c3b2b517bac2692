"""A tenant's age: the same house with days and with years behind it, and what its pages read."""
