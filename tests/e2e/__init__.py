"""Everything together, as a user starts it."""
