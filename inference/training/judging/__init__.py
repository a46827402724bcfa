"""The judge: looks at a finished picture, at its pixels and nothing else, and says what it sees.

It shares nothing with the model that it judges but the drawings and the painters of places: it has pictures of its own
(pictures.py, grounds.py), finds the things in a picture by a small network (eye.py), names each by likeness to the
drawings (namer.py), and reads its colour from a histogram (colours.py, discriminant.py). judge.py trains it, tests it
and asks it.
"""
