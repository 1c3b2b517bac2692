"""What may happen to an order, in which stage it then is, and who may do it: pure, without the project."""
