"""What a provider states of itself once, and every bid, check and notice has: who it is, and what it can show."""
