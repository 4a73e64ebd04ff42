"""Who may run which agent, and for whom."""
