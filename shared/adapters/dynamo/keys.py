"""Every key and index of the one table.

pk                    sk                          holds
GEN#{generation}      ATT#{nn}#{k}                attempt k of item nn
                      DUE                         when the sweeper looks again, or closed when
                      ITEM#{nn}                   item nn, less than 1 KB
                      META                        the generation
                      META#BRIEF                  prompts and references, written once
                      RELEASED                    indexes: items that their workflow let go; ttl
                      TOKEN#{nn}                  the task token of who awaits item nn; ttl
CHR#{character}       HERO#{variant type}         variant_id: the hero of the type
                      META                        the character with its current source
                      SOURCE#{vvvv}               every version of the source image
                      VARIANT#{variant}           an image under review
                      VERSIONS#{root variant}     reimports: how many the chain has had
KIT#{reference kit}   META                        slots, and the items that draw them
IMG#{image}           META                        write intent, then image
UPL#{upload}          META                        upload; ttl
STY#{style capsule}   META                        style capsule
GATE#{provider}       GATE                        rate, breaker: who may call now
COLLECTOR             LISTING                     how far the walk over all objects has come
ROLLUP#{owner}        HOUR#{yyyy-mm-ddThh}        jobs, images, failures, times, costs
                      COST#{group}#{key}          count, estimated, actual: micro-USD
                      STORED                      images, bytes: what the owner has
ROLLUP                SPEND#{yyyy-mm-dd}          micro_usd of the day; crossed: once told
                      LANE#{lane}#{yyyy-mm-ddThh} jobs, ms: how long they took
LANE#{lane}           {generation}                state: waiting, running; gone when closed; ttl
DEDUP#{change}        DEDUP                       a change that the sums hold; ttl
OWNER#{owner}         SLOT                        running: set of the open generations
                      QUOTA#{yyyy-mm}             used, overdraft: images of the month
                      RATE#{minute}               requests accepted in a clock minute; ttl
                      LEDGER#{generation}#{entry} hold | release | late#{nn}: units, period
                      IDEM#{route}#{key}          request_hash, answer, expires_at; ttl

The sort keys of a generation are ordered for its two reads: `ITEM#` to `META` is what is shown,
`ITEM#` to `META#BRIEF` is what a worker needs, and neither reads attempts. Those of a character
are, too: `HERO#` to `META` is what its variants are shown with, and variants are listed newest
first by their ids, which begin with the time.

index      hash                          range                     projection
by_owner   owner_list `{owner}#{list}`   listed_at `{time}#{id}`   ALL: lists, newest first
due        due_shard `{what}#{00..15}`   due_at `{time}`           KEYS_ONLY: what to look at

Both indexes are sparse. `by_owner` holds generations, characters, reference kits, style capsules
and live images, whose records change rarely; `due` holds the DUE records of open generations
(`DUE#`), so that moving a marker contends with nothing, those of closed ones by age (`OLD#`),
images while they are pending or being deleted (`IMG#`), and variants while they are rejected
(`REJ#`).
Times are RFC 3339 with milliseconds and `ttl` is in epoch seconds.
"""

from datetime import datetime
from typing import Final
from zlib import crc32

from shared.domain.entity import rfc3339
from shared.domain.idempotency import IdempotencyKey

type Key = dict[str, str]

BY_OWNER: Final = "by_owner"
DUE_INDEX: Final = "due"
DUE_SHARDS: Final = 16

META: Final = "META"
BRIEF: Final = "META#BRIEF"
FIRST_ITEM: Final = "ITEM#"
DUE: Final = "DUE"
SOURCES: Final = "SOURCE#"
HEROES: Final = "HERO#"
VARIANTS: Final = "VARIANT#"
VERSIONS: Final = "VERSIONS#"
ATTEMPTS: Final = "ATT#"
RELEASED: Final = "RELEASED"
TOKENS: Final = "TOKEN#"
GENERATION_PREFIX: Final = "GEN#"
IMAGE_PREFIX: Final = "IMG#"
KIT_PREFIX: Final = "KIT#"

GENERATIONS: Final = "generations"
CHARACTERS: Final = "characters"
IMAGES: Final = "images"
REFERENCE_KITS: Final = "reference-kits"
STYLE_CAPSULES: Final = "style-capsules"


def generation(generation_id: str, sk: str = META) -> Key:
    return {"pk": f"{GENERATION_PREFIX}{generation_id}", "sk": sk}


def generation_id(pk: str) -> str:
    """The way back from a partition to its generation."""
    return pk.removeprefix(GENERATION_PREFIX)


def item(generation_id: str, index: int) -> Key:
    return generation(generation_id, f"{FIRST_ITEM}{index:02}")


def attempt(generation_id: str, index: int, number: int) -> Key:
    return generation(generation_id, f"{ATTEMPTS}{index:02}#{number}")


def token(generation_id: str, index: int) -> Key:
    return generation(generation_id, f"{TOKENS}{index:02}")


def reference_kit(kit_id: str) -> Key:
    return {"pk": f"{KIT_PREFIX}{kit_id}", "sk": META}


def character(character_id: str, sk: str = META) -> Key:
    return {"pk": f"CHR#{character_id}", "sk": sk}


def source(character_id: str, version: int) -> Key:
    return character(character_id, f"{SOURCES}{version:04}")


def hero(character_id: str, variant_type: str) -> Key:
    return character(character_id, f"{HEROES}{variant_type}")


def variant(character_id: str, variant_id: str) -> Key:
    return character(character_id, f"{VARIANTS}{variant_id}")


def versions(character_id: str, root_id: str) -> Key:
    return character(character_id, f"{VERSIONS}{root_id}")


def image(image_id: str) -> Key:
    return {"pk": f"{IMAGE_PREFIX}{image_id}", "sk": META}


def upload(upload_id: str) -> Key:
    return {"pk": f"UPL#{upload_id}", "sk": META}


def style_capsule(capsule_id: str) -> Key:
    return {"pk": f"STY#{capsule_id}", "sk": META}


def slot(owner: str) -> Key:
    return _owner(owner, "SLOT")


def quota(owner: str, period: str) -> Key:
    return _owner(owner, f"QUOTA#{period}")


def rate(owner: str, minute: datetime) -> Key:
    return _owner(owner, f"RATE#{rfc3339(minute)}")


def ledger(owner: str, generation_id: str, entry: str) -> Key:
    return _owner(owner, f"LEDGER#{generation_id}#{entry}")


def idempotency(key: IdempotencyKey) -> Key:
    return _owner(key.owner, f"IDEM#{key.route}#{key.key}")


def listed(owner: str, list_: str, created_at: datetime, id_: str) -> Key:
    """The index attributes that put a record on a list of its owner."""
    return {"owner_list": owner_list(owner, list_), "listed_at": f"{rfc3339(created_at)}#{id_}"}


def owner_list(owner: str, list_: str) -> str:
    return f"{owner}#{list_}"


def due(generation_id: str, due_at: datetime) -> Key:
    """The index attributes of a generation's due marker."""
    return {"due_shard": due_shard(crc32(generation_id.encode())), "due_at": rfc3339(due_at)}


def due_shard(number: int) -> str:
    return f"DUE#{number % DUE_SHARDS:02}"


def closed(generation_id: str, closed_at: datetime) -> Key:
    """The index attributes of the same marker, once nothing is due any more."""
    return {"due_shard": closed_shard(crc32(generation_id.encode())), "due_at": rfc3339(closed_at)}


def closed_shard(number: int) -> str:
    return f"OLD#{number % DUE_SHARDS:02}"


def collectable(image_id: str, due_at: datetime) -> Key:
    """The index attributes of an image that is not live."""
    return {"due_shard": image_shard(crc32(image_id.encode())), "due_at": rfc3339(due_at)}


def image_shard(number: int) -> str:
    return f"IMG#{number % DUE_SHARDS:02}"


def image_id(pk: str) -> str:
    """The way back from a partition to its image."""
    return pk.removeprefix(IMAGE_PREFIX)


def rejected(variant_id: str, rejected_at: datetime) -> Key:
    """The index attributes of a variant while it is rejected."""
    shard = rejected_shard(crc32(variant_id.encode()))
    return {"due_shard": shard, "due_at": rfc3339(rejected_at)}


def rejected_shard(number: int) -> str:
    return f"REJ#{number % DUE_SHARDS:02}"


def rollup(owner: str | None, name: str) -> Key:
    """Sums of an owner; without one, of the whole deployment."""
    return {"pk": "ROLLUP" if owner is None else f"ROLLUP#{owner}", "sk": name}


def lane(lane: str, generation_id: str) -> Key:
    return {"pk": lane_partition(lane), "sk": generation_id}


def lane_partition(lane: str) -> str:
    return f"LANE#{lane}"


def dedup(change_id: str) -> Key:
    return {"pk": f"DEDUP#{change_id}", "sk": "DEDUP"}


def gate(provider: str) -> Key:
    return {"pk": f"GATE#{provider}", "sk": "GATE"}


def listing() -> Key:
    return {"pk": "COLLECTOR", "sk": "LISTING"}


def _owner(owner: str, sk: str) -> Key:
    return {"pk": f"OWNER#{owner}", "sk": sk}
