"""What a user's names are bound to: tensors, variables, staged numbers, and their operators."""
