"""Somebody asks why, and is answered."""
