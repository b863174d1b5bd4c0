"""How right some matches are, by what people decided of them: a share, and how sure it is."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Where a share lies, with a chance of 95 %; both from 0 to 1."""

    low: float
    high: float


def wilson(right: int, of: int) -> Interval:
    """The score interval of a share of one or more.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22 (1927), 209-212. Unlike the textbook's it holds for few, and for none or all of them.
    """
    share, squared = right / of, _Z * _Z
    middle = share + squared / (2 * of)
    half = _Z * sqrt(share * (1 - share) / of + squared / (4 * of * of))
    whole = 1 + squared / of
    # Of none and of all one end is known: not what rounding makes of it.
    low = (middle - half) / whole if right else 0.0
    return Interval(low=low, high=(middle + half) / whole if right < of else 1.0)


@dataclass(slots=True, kw_only=True)
class Figures:
    """What people decided of some matches."""

    matches: int = 0
    reviewed: int = 0
    """Marked relevant or irrelevant."""
    relevant: int = 0
    alone: int = 0
    """Matches that this list or term made without any other."""

    def add(self, *, relevant: bool | None, alone: bool = False) -> None:
        """Count a match; None: nobody has judged it."""
        self.matches += 1
        self.reviewed += relevant is not None
        self.relevant += relevant is True
        self.alone += alone

    @property
    def irrelevant(self) -> int:
        """How many were marked so."""
        return self.reviewed - self.relevant

    @property
    def precision(self) -> float | None:
        """Of those that were judged the share that is relevant; None where none was."""
        return self.relevant / self.reviewed if self.reviewed else None

    @property
    def interval(self) -> Interval | None:
        """Where the precision of all of them lies; None where none was judged."""
        return wilson(self.relevant, self.reviewed) if self.reviewed else None

    def without(self, part: "Figures") -> "Figures":
        """The figures of the others; `part` is of some of these."""
        return Figures(
            matches=self.matches - part.matches,
            reviewed=self.reviewed - part.reviewed,
            relevant=self.relevant - part.relevant,
        )
