"""Speed, as ratios on equal answers: `make bench`. A benchmark prints figures; no test asserts a time."""
