"""Real Spark on this machine, and its event logs, for the benchmarks that record runs."""
