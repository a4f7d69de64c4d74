"""What one search for a home, or one placement, comes to: the numbers of which sums and shares are made."""
