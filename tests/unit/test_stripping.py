"""Copies that leave carry the picture and nothing a camera, phone or editor wrote into it."""

from __future__ import annotations

import struct

import pytest
from evidence_work import DEVICE, PLACE, chunk, exif, jpeg, png, segment
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_tui.store.stripping import stripped, turned
from sweeps import times

SECRETS = (PLACE, DEVICE, b"Exif", b"xmpmeta", b"Somebody", b"Photoshop", b"ICC_PROFILE", b"film", b"thb")


def test_a_photo_loses_place_device_editor_thumbnail_and_what_hides_behind_its_end():
    data = jpeg()
    assert all(secret in data for secret in SECRETS)
    held = stripped(data)
    assert held is not None and (held.ext, held.width, held.height) == ("jpg", 16, 8)
    assert not [secret for secret in SECRETS if secret in held.data]
    assert (held.turns, held.upright) == (1, (8, 16)), "which way is up is not lost with Exif"
    # What makes the picture is there byte for byte, from the tables to the coded data.
    picture = data[data.index(b"\xff\xdb") : data.index(b"\xff\xd9") + 2]
    assert held.data.endswith(picture)
    assert stripped(held.data) == stripped(stripped(held.data).data), "nothing more is left to take away"


@pytest.mark.parametrize(("code", "turns"), [(1, 0), (3, 2), (6, 1), (8, 3), (2, 0), (77, 0)])
def test_orientation_is_told_again_by_itself_where_the_reader_turns(code, turns):
    held = stripped(jpeg(code))
    assert held is not None and held.turns == turns
    again = turned(held.data, held.ext, held.turns)
    assert not [secret for secret in (PLACE, DEVICE) if secret in again]
    back = stripped(again)
    assert back is not None and back.turns == turns and back.data == held.data
    assert (again == held.data) == (turns == 0)


def test_a_png_loses_text_time_and_exif_and_what_follows_its_end():
    held = stripped(png(40, 30))
    assert held is not None and (held.ext, held.width, held.height, held.turns) == ("png", 40, 30, 0)
    assert PLACE not in held.data and b"tEXt" not in held.data and b"eXIf" not in held.data
    assert held.data == png(40, 30, told=False)


def test_colours_of_a_printers_jpeg_are_kept():
    data = jpeg()
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x02")
    held = stripped(data[:2] + adobe + data[2:])
    assert held is not None and adobe in held.data and b"JFIF" not in held.data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        jpeg()[:-60],
        jpeg()[: jpeg().index(b"\xff\xd9")],
        b"\x89PNG\r\n\x1a\n",
        png()[:60],
        png().replace(b"IDAT", b"IDAX"),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 90_000, 90_000, 8, 2, 0, 0, 0)),
        b"GIF89a" + b"\0" * 50,
        b"%PDF-1.7",
        b"MZ" + b"\0" * 90,
    ],
)
def test_what_is_not_understood_is_not_let_out(data):
    assert stripped(data) is None


def test_a_corrupt_exif_costs_no_picture():
    for bad in (exif()[:10], b"Exif\0\0XX" + b"\0" * 20, exif()[:20], b"Exif\0\0II*\0\xff\xff\xff\x7f"):
        held = stripped(jpeg().replace(segment(0xE1, exif()), segment(0xE1, bad)))
        assert held is not None and held.turns == 0


@settings(max_examples=times(60), deadline=None)
@given(st.integers(0, 600), st.binary(min_size=1, max_size=4), st.booleans())
def test_damage_anywhere_ends_in_a_picture_or_in_none(place, change, photo):
    data = bytearray(jpeg() if photo else png())
    place %= len(data)
    data[place : place + len(change)] = change
    held = stripped(bytes(data))
    assert held is None or (held.width > 0 and held.height > 0)
