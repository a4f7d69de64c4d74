"""What leaves a register as one file: a case as evidence, for a court, a bidder or anybody."""
