"""What is true of one restaurant, with its history: calendar, targets, stations, operations."""
