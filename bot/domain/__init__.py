"""Values and rules of the people room: pure, no clock, no environment, no I/O."""
