"""What numbers bear: intervals of shares and percentiles, and what a change is made of. Pure arithmetic."""
