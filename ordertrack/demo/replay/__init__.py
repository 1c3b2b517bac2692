"""Order logs of others, played again."""
