"""What an id is here: uses of id sources, their shape and role, and what to write instead."""
