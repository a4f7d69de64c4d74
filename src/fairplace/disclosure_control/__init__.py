"""Numbers about placements that may be published, and the proof that no child can be found in them."""
