"""Choices that look accidental and are the same for the same seed."""

import uuid
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A source of choices for one part of the demonstration data.

    Every part takes its own (named) source, so that more data in one part leaves the others as
    they were.
    """

    def __init__(self, seed: int, part: str) -> None:
        """The same ``seed`` and ``part`` give the same choices."""
        self._random = Random(f"{seed}/{part}")  # noqa: S311 - demonstration data, no secrets

    def pick(self, options: Sequence[T]) -> T:
        """One of ``options``."""
        return self._random.choice(options)

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """``count`` different ones of ``options`` (all, if there are fewer), in their order."""
        chosen = self._random.sample(range(len(options)), min(count, len(options)))
        return [options[index] for index in sorted(chosen)]

    def among(self, count: int) -> int:
        """A number from 0 to ``count`` - 1."""
        return self._random.randrange(count)

    def between(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both included."""
        return self._random.randint(low, high)

    def weighted(self, options: Sequence[T], weights: Sequence[int]) -> T:
        """One of ``options``, each as likely as its weight."""
        return self._random.choices(options, weights)[0]

    def identifier(self) -> uuid.UUID:
        """A version 4 UUID."""
        return uuid.UUID(int=self._random.getrandbits(128), version=4)
