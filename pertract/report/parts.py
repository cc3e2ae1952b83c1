"""What the parts of a response time are called (`simulate.outcome.BREAKDOWN`)."""

PART_NAMES = {
    "driver": "driver and waits between jobs",
    "scheduling": "scheduling of tasks",
    "slot_wait": "waiting for a slot",
    "cpu": "CPU",
    "gc": "garbage collection",
    "drive": "drives",
    "network": "network",
    "other": "other waits in tasks",
    "skew": "skew between tasks of a stage",
}
