"""The only room that builds things: settings -> parts -> stages. Import its files one by one: a runner needs few."""
