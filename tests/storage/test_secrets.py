from __future__ import annotations

import base64
import os

import pytest

from gql_gateway.storage.secrets import (
    InvalidKeys,
    SecretBox,
    SecretProblem,
    Tampered,
    UnknownKey,
    generate_key,
    name_in_header,
)

GOOD = base64.b64encode(bytes(range(32))).decode()


def test_opens_what_it_sealed_with_the_same_context(box: SecretBox) -> None:
    sealed = box.seal(b"plain", "connections", "credentials", "acme")

    assert box.open(sealed, "connections", "credentials", "acme") == b"plain"
    assert b"plain" not in sealed


def test_the_same_secret_is_sealed_differently_each_time(box: SecretBox) -> None:
    assert len({box.seal(b"plain", "acme") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "context",
    [(), ("b", "a"), ("a", "c"), ("ab",), ("a", "b", ""), ("", "a", "b"), ("a\0b",), ("aä", "b"), ("a",)],
)
def test_another_context_is_refused(box: SecretBox, context: tuple[str, ...]) -> None:
    with pytest.raises(Tampered):
        box.open(box.seal(b"plain", "a", "b"), *context)


def test_every_flipped_bit_is_refused(box: SecretBox) -> None:
    sealed = box.seal(b"a secret of some length", "acme")
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(SecretProblem):
            box.open(bytes(changed), "acme")


def test_every_cut_and_every_addition_is_refused(box: SecretBox) -> None:
    sealed = box.seal(b"secret", "acme")
    for length in range(len(sealed)):
        with pytest.raises(Tampered):
            box.open(sealed[:length], "acme")
    with pytest.raises(Tampered):
        box.open(sealed + b"\0", "acme")


def test_naming_another_configured_key_is_refused() -> None:
    box = SecretBox.from_text(f"{generate_key('k2')},{generate_key('k1')}")
    sealed = box.seal(b"secret", "acme")

    with pytest.raises(Tampered):
        box.open(sealed.replace(b"k2", b"k1", 1), "acme")


def test_a_changed_key_name_is_refused_even_where_that_name_holds_the_same_key() -> None:
    key = bytes(range(32))
    sealed = SecretBox({"k1": key}).seal(b"secret", "acme")

    with pytest.raises(Tampered):
        SecretBox({"k2": key}).open(sealed.replace(b"k1", b"k2", 1), "acme")


def test_rotation_with_old_and_new_key_then_without_the_old() -> None:
    old, new = generate_key("k1"), generate_key("k2")
    sealed = SecretBox.from_text(old).seal(b"secret", "acme")
    both = SecretBox.from_text(f"{new},{old}")

    assert both.open(sealed, "acme") == b"secret"
    assert not both.is_current(sealed)
    resealed = both.reseal(sealed, "acme")
    assert both.is_current(resealed)
    assert both.reseal(resealed, "acme") is resealed

    only_new = SecretBox.from_text(new)
    assert only_new.open(resealed, "acme") == b"secret"
    with pytest.raises(UnknownKey, match="k1"):
        only_new.open(sealed, "acme")


def test_resealing_what_does_not_open_is_refused() -> None:
    old, new = generate_key("k1"), generate_key("k2")
    sealed = SecretBox.from_text(old).seal(b"secret", "acme")

    with pytest.raises(Tampered):
        SecretBox.from_text(f"{new},{old}").reseal(sealed, "other")


def test_names_that_begin_alike_are_different_keys() -> None:
    short, long = generate_key("k1"), generate_key("k12")
    sealed = SecretBox.from_text(long).seal(b"secret", "acme")

    box = SecretBox.from_text(f"{short},{long}")
    assert name_in_header(sealed) == "k12"
    assert not box.is_current(sealed)
    assert box.open(sealed, "acme") == b"secret"


def test_other_bytes_under_the_same_name_are_refused() -> None:
    sealed = SecretBox.from_text(generate_key()).seal(b"secret", "acme")
    with pytest.raises(Tampered):
        SecretBox.from_text(generate_key()).open(sealed, "acme")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no encryption key is configured"),
        (" , ", "no encryption key is configured"),
        (GOOD, "encryption key number 1 has no name: write name:base64"),
        (f"k1:{GOOD},{GOOD}", "encryption key number 2 has no name: write name:base64"),
        (f"{GOOD}:k1", "encryption key number 1 has a bad name: 1 to 16 letters, digits, '.', '_' or '-'"),
        (f":{GOOD}", "encryption key number 1 has a bad name: 1 to 16 letters, digits, '.', '_' or '-'"),
        ("k1:", "encryption key k1 has 0 bytes instead of 32"),
        ("k1:*not base64*", "encryption key k1 is not base64"),
        ("k1:ünïcode", "encryption key k1 is not base64"),
        (f"k1:{base64.b64encode(os.urandom(16)).decode()}", "encryption key k1 has 16 bytes instead of 32"),
        (f"k1:{base64.b64encode(os.urandom(33)).decode()}", "encryption key k1 has 33 bytes instead of 32"),
        (
            f"k1:{base64.b64encode(bytes(32)).decode()}",
            "encryption key k1 is not random: it repeats the same few bytes",
        ),
        (
            f"k1:{base64.b64encode(b'abab' * 8).decode()}",
            "encryption key k1 is not random: it repeats the same few bytes",
        ),
        (f"k1:{GOOD},{generate_key('k1')}", "encryption key k1 is given twice"),
        (f"k1:{GOOD},k2:{GOOD}", "two encryption keys are the same bytes under different names"),
    ],
)
def test_unusable_keys_are_refused_in_one_line_without_the_key(text: str, said: str) -> None:
    with pytest.raises(InvalidKeys) as refused:
        SecretBox.from_text(text)

    assert str(refused.value) == said
    assert refused.value.__cause__ is None


def test_keys_are_read_in_both_base64_alphabets_with_and_without_padding() -> None:
    key = bytes(range(224, 256))
    sealed = SecretBox({"k1": key}).seal(b"secret")
    for encoded in (base64.b64encode(key), base64.urlsafe_b64encode(key), base64.b64encode(key).rstrip(b"=")):
        assert SecretBox.from_text(f" k1 : {encoded.decode()}\n").open(sealed) == b"secret"


def test_neither_repr_nor_errors_show_key_or_secret() -> None:
    text = generate_key()
    encoded = text.partition(":")[2]
    box = SecretBox.from_text(text)
    sealed = box.seal(b"canary-4711", "acme")

    assert repr(box) == "SecretBox(k1)"
    assert encoded not in str(vars(box))
    for broken in (sealed[:-1], b"canary-4711", sealed[:1] + b"canary-4711".ljust(80)):
        with pytest.raises(SecretProblem) as refused:
            box.open(broken, "acme")
        assert "canary" not in str(refused.value)


def test_generated_keys_differ_and_are_accepted() -> None:
    assert generate_key() != generate_key()
    assert SecretBox.from_text(generate_key("k2026.11")).key_names == ("k2026.11",)
