"""The only input and output: files, YAML, processes, the terminal."""
