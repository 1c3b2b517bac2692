"""A stranger's order log: reading the file, saying what was understood, and writing it as history."""
