"""Documentation: pages cut into passages, an index of them, and a search that says where each passage stands."""
