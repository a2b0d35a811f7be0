"""Channels: how long a message may be where it goes (domain 4), as data."""

from __future__ import annotations

import msgspec


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A place texts are pasted into; `bytes` is the limit of one message, 0 for none."""

    id: str
    name: str
    bytes: int
    about: str = ""


#: Each limit stays a little under the channel's own, which cuts or refuses what is longer without a word.
CHANNELS: tuple[Channel, ...] = (
    Channel(id="general", name="通用", bytes=1900, about="微信、企业微信和其他群，约630字"),
    Channel(id="wecom", name="企业微信markdown", bytes=3900, about="约1300字"),
    Channel(id="dingtalk", name="钉钉、飞书", bytes=18000, about="约6000字"),
    Channel(id="whole", name="不分段", bytes=0, about="整篇一段，用于邮件和文档"),
)


def channel(wanted: str) -> Channel | None:
    """The channel of that id or name."""
    return next((c for c in CHANNELS if wanted in (c.id, c.name)), None)
