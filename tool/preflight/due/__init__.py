"""What falls due, over the whole registry: gathered from records and policies, and shown. Nothing writes a file."""
