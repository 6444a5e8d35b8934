"""The local web page: the first adapter of the chat port."""
