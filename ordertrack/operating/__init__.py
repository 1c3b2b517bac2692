"""What the person who runs a house does with it: keeps copies, brings one back, looks what is wrong."""
