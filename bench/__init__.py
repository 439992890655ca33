"""The speed budgets, measured by `make bench`, and the pictures of `make screenshots`."""
