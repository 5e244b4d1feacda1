"""What can be doubtful about a line: one module for each part of it."""
