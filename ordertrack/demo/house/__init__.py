"""The demonstration house: its people, its tablets, its past weeks."""
