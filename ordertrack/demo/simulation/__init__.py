"""Orders as they would come in, and staff who move them."""
