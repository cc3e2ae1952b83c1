"""HiBench's workloads, measured and predicted; see README.md."""
