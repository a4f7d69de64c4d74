"""Realistic registers that follow from a seed, with planted faults and their truth: for the demo, tests and benchmarks."""
