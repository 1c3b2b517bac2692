"""What a company sells: categories and dishes, and what of it is sold out where."""
