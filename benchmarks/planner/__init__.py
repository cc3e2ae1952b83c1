"""Benchmarks of the capacity planner."""
