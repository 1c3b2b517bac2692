"""The companies of a house: which there are, what each uses, and their end."""
