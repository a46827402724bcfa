"""What a share shows, and nothing else: pages, cards, feeds, frames and sockets are made from an Exhibit alone.

Whatever a link hides is left out here, once, so that no face of it can forget to. The only import path for others.
"""

from generations.exhibits.making import covers_of, exhibit_of, picture_of
from generations.exhibits.pieces import SOMEONE, Exhibit, Line, Picture, Place

__all__ = ["SOMEONE", "Exhibit", "Line", "Picture", "Place", "covers_of", "exhibit_of", "picture_of"]
