"""The evals of GradBench as plain Python programs, and the tool process that serves them."""
