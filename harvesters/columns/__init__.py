"""What the columns of a list mean: recognised from their headers in many languages and from what stands in them.

Used where a State's datasets are read from a list (`harvesters.table`) and wherever a person uploads one: the person is
shown what was recognised, with the evidence, and confirms or corrects it.
"""

from harvesters.columns.headers import MEANINGS, Vocabulary
from harvesters.columns.recognise import CERTAIN_CONFIDENCE, Column, Columns, recognise, recognise_keys

__all__ = ["CERTAIN_CONFIDENCE", "MEANINGS", "Column", "Columns", "Vocabulary", "recognise", "recognise_keys"]
