"""How well a file of conversations was understood: the documented scoring, as pure functions."""
