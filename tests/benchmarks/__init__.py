"""What the site costs beside the bare parts it is made of: `make bench`, which is `python -m tests.benchmarks`."""
