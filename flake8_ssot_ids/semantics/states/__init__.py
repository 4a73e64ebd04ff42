"""What may be said of a name at a place: surely bound, surely not None."""
