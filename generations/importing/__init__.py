"""Recipes in picture files, of this site and of other programs: found, read within bounds, fitted to a model. Pure.

Whoever sent the file may have written anything into it, so nothing here trusts a length, a type or a depth; what
cannot be read is as if it were not there.
"""

from generations.importing.fit import Fitted, fit
from generations.importing.found import Found
from generations.importing.read import read

__all__ = ["Fitted", "Found", "fit", "read"]
