"""What user code holds: runs, the journal they write to, and the ways to a store."""
