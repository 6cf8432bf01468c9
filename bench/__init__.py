"""The budgets, measured: every number is a ratio of two things done in the same run."""
