"""The nouns: what the rest of Penstock talks about. Frozen structs in the shape of the wire, and nothing else."""
