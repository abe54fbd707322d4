"""The checks of a tie-out: each looks at figures from one side and returns findings."""
