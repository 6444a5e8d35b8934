"""The catalogues: every sentence of the product in English and French, and the one function that fills them."""
