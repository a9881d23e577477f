"""What somebody finds who takes over a stack: the risks first, what to do about each, and which way things go."""
