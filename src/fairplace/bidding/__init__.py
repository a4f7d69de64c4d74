"""What is done with a bid beside lodging, opening and judging it."""
