"""What the lab answers: one file per part of the API; ``iac.lab.answers`` gathers them."""
