"""What people see and say: the port, the cards, the words, and one adapter a platform."""
