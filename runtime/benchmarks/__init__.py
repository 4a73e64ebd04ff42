"""What the runtime costs beside other makers of ids, and whether the figures that it promises hold."""
