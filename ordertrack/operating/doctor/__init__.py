"""What is not as it should be, each with what to do; nothing is changed."""
