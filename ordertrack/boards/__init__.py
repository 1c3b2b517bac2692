"""The kitchen, dispatch and pickup boards: columns, cards, taps."""
