"""Bids sealed on the bidder's device, so that any two of the openers must work together to open them."""
