"""What every chat does alike with a card before its own marks are put in: reading, cutting, counting. Pure."""
