"""What happens by the clock: orders for later are begun, and what nobody confirmed in time is settled."""
