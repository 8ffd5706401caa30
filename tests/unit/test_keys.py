"""The table's keys: what is read together lies together, and nothing else does."""

from collections import Counter

from shared.adapters.dynamo import keys
from shared.domain.ids import Kind
from tests.builders import ADA, NOW, an_id, an_idempotency_key

GENERATION = an_id(Kind.GENERATION, 1)


def test_what_is_shown_lies_between_the_first_item_and_the_generation() -> None:
    partition = sorted(
        key["sk"]
        for key in (
            keys.generation(GENERATION),
            keys.generation(GENERATION, keys.BRIEF),
            keys.generation(GENERATION, keys.DUE),
            keys.item(GENERATION, 0),
            keys.item(GENERATION, 39),
            keys.attempt(GENERATION, 0, 1),
            keys.attempt(GENERATION, 39, 12),
        )
    )

    shown = [sk for sk in partition if keys.FIRST_ITEM <= sk <= keys.META]
    needed = [sk for sk in partition if keys.FIRST_ITEM <= sk <= keys.BRIEF]

    assert shown == ["ITEM#00", "ITEM#39", "META"]
    assert needed == [*shown, "META#BRIEF"]


def test_items_and_versions_sort_as_they_count() -> None:
    items = [keys.item(GENERATION, index)["sk"] for index in range(40)]
    versions = [keys.source("chr_1", version)["sk"] for version in range(1, 200)]

    assert items == sorted(items)
    assert versions == sorted(versions)


def test_a_generation_is_found_again_from_its_partition() -> None:
    assert keys.generation_id(keys.item(GENERATION, 3)["pk"]) == GENERATION


def test_all_that_an_owner_uses_lies_in_one_partition() -> None:
    used = (
        keys.slot(ADA),
        keys.quota(ADA, "2026-03"),
        keys.ledger(ADA, GENERATION, "hold"),
        keys.idempotency(an_idempotency_key("order#66")),
    )

    assert {key["pk"] for key in used} == {f"OWNER#{ADA}"}
    assert [key["sk"] for key in used] == [
        "SLOT",
        "QUOTA#2026-03",
        f"LEDGER#{GENERATION}#hold",
        "IDEM#POST /generations#order#66",
    ]


def test_an_owner_whose_name_looks_like_a_list_shares_none() -> None:
    lists = {
        keys.owner_list(owner, name)
        for owner in ("ada", "ada#images", "ada#generations", "")
        for name in (keys.GENERATIONS, keys.CHARACTERS, keys.IMAGES)
    }

    assert len(lists) == 12


def test_generations_spread_over_all_due_shards() -> None:
    shards = Counter(
        keys.due(an_id(Kind.GENERATION, number), NOW)["due_shard"] for number in range(1600)
    )

    assert set(shards) == {keys.due_shard(number) for number in range(keys.DUE_SHARDS)}
    assert max(shards.values()) < 2 * min(shards.values())


def test_lists_sort_by_time_and_then_by_id() -> None:
    listed = keys.listed(ADA, keys.IMAGES, NOW, "img_1")

    assert listed == {
        "owner_list": f"{ADA}#images",
        "listed_at": "2026-03-14T15:09:26.535Z#img_1",
    }


def test_the_docstring_tabulates_every_sort_key() -> None:
    documentation = keys.__doc__ or ""

    for sort_key in ("META", "META#BRIEF", "DUE", "ITEM#{nn}", "ATT#{nn}#{k}", "SOURCE#{vvvv}"):
        assert f" {sort_key} " in documentation
    for prefix in ("GEN#", "CHR#", "IMG#", "UPL#", "OWNER#", "SLOT", "QUOTA#", "LEDGER#", "IDEM#"):
        assert prefix in documentation
