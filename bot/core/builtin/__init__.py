"""``builtin``: a request understood by rules alone, in Korean and English.

Derives the leaf changes a request must lead to, or says why it cannot. It never guesses: two
places that fit equally, a word it does not know, a negation, a condition or a doubt end in a
question to the person.
"""
