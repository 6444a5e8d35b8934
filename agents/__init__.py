"""Intent: words in, a typed Proposal or a Reply out. This room changes nothing."""
