"""Graph -> the same in fewer nodes, bit for bit."""
