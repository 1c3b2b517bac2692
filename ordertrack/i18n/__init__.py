"""Languages: translations, and how moments, numbers, names and labels read."""
