"""Finding what one wrote: the index, the question, the answer, and the literal look into a book."""
