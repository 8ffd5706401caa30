"""How rough a schedule is: the odds of each kind of trouble."""

from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True)
class Temper:
    """Odds from 0 to 1, per remote call or per prediction. `crashes` bounds their number, and
    `crashes_at` names the only process, or process and call, that has them; a provider that
    `stumbles` takes its time, and breaks on the first call of every item."""

    crash: float = 0.0
    crashes: int = 1000
    crashes_at: str = ""
    error: float = 0.0
    store_down: float = 0.0
    sluggish: float = 0.0
    jump: float = 0.0
    twice: float = 0.0
    refuse: float = 0.0
    transient: float = 0.0
    unusable: float = 0.0
    lost_reply: float = 0.0
    slow: float = 0.0
    disobey: float = 0.0
    unheard: float = 0.0
    repeat: float = 0.0
    forged: float = 0.0
    cancel: float = 0.0
    retry: float = 0.0
    unscored: float = 0.0
    stumbles: bool = False


CALM = Temper()


def unfair(rng: Random) -> Temper:
    """Another mixture for every seed, so that rare kinds of trouble meet each other undiluted."""
    return Temper(
        crash=rng.choice((0.0, 0.01, 0.03, 0.08)),
        error=rng.choice((0.0, 0.0, 0.02, 0.06, 0.25)),
        store_down=rng.choice((0.0, 0.0, 0.0, 0.9)),
        sluggish=rng.choice((0.0, 0.0, 0.1, 0.3)),
        jump=rng.choice((0.0, 0.01, 0.04)),
        twice=rng.choice((0.0, 0.05, 0.3)),
        refuse=rng.choice((0.0, 0.0, 0.1)),
        transient=rng.choice((0.0, 0.1, 0.3)),
        unusable=rng.choice((0.0, 0.0, 0.2)),
        lost_reply=rng.choice((0.0, 0.1, 0.4)),
        slow=rng.choice((0.0, 0.1, 0.5, 0.9)),
        disobey=rng.choice((0.0, 0.5, 1.0, 1.0)),
        unheard=rng.choice((0.0, 0.4, 0.9)),
        repeat=rng.choice((0.0, 0.3)),
        forged=rng.choice((0.0, 0.2)),
        cancel=rng.choice((0.0, 0.0, 0.5)),
        retry=rng.choice((0.0, 0.0, 0.3)),
    )


def choosy(rng: Random, mood: Temper) -> Temper:
    """Where images must score: half of the times so mild that some are drawn again, with replies
    that get lost and callbacks that come late, so that attempts and draws meet."""
    unscored = rng.choice((0.0, 0.0, 0.3, 1.0))
    if rng.random() < 0.5:
        return replace(mood, unscored=unscored)
    return Temper(
        crash=rng.choice((0.0, 0.01)),
        twice=0.2,
        lost_reply=0.7,
        slow=rng.choice((0.2, 0.7)),
        disobey=1.0,
        repeat=0.3,
        cancel=rng.choice((0.0, 0.0, 0.7)),
        unscored=rng.choice((0.0, 0.3)),
    )


def fair(rng: Random) -> Temper:
    """A healthy provider and two crashes at most, or one that stumbles and one crash: three
    attempts are enough. Of 40 % of the predictions no callback is ever heard."""
    if rng.random() < 0.5:
        where = rng.choice(("", "ingest generations.apply", "ingest queue", "lane queue"))
        return Temper(
            crash=0.3 if where else 0.04,
            crashes=1,
            crashes_at=where,
            twice=0.05,
            unheard=rng.choice((0.4, 1.0)),
            stumbles=True,
        )
    return Temper(crash=0.02, crashes=2, twice=0.05, unheard=0.4, repeat=0.2)
