"""The use cases in story order. A stage loads, decides, acts, records, tells; stages never call each other."""
