"""A contract or framework, from plan to end (Procurement Act 2023)."""
