"""The pages on which a house is set up: people, riders, tablets, targets, operations, rules."""
