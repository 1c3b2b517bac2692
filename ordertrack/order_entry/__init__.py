"""Taking orders by hand: the guest by the telephone number, the menu, and what goes along with the order."""
