"""Who is measured: ordertrack, and those that do its work in another way."""
