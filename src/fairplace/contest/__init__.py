"""A provider asks why a search for a home came out as it did, or challenges it; and is answered."""
