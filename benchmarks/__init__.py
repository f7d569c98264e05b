"""Speed, as ratios measured within one run on one core: `make bench`."""
