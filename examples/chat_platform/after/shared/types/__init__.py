"""Types that both services share."""
