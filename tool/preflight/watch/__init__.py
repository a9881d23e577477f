"""What stands on the main branch, as issues of a forge: one a subject. Nothing here speaks to a forge."""
