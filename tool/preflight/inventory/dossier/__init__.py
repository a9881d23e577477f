"""What the page of one vendor says, section by section, before it is laid out."""
