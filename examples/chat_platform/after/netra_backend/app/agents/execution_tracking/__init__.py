"""Which executions there are."""
