"""Building blocks the screens are made of."""
