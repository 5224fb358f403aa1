"""One module a change. A migration that has been released is never edited: it does not know today's tables."""
