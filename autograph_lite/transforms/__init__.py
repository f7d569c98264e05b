"""Functions -> functions: gradients, products with derivatives, matrices of derivatives."""
