"""Values as text: one formatter for eager mode and for kernels."""
