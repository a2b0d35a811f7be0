"""The screens: everything that stands on Textual.

Importing this package sets the environment variables that Textual reads once, at its own first import;
that is why they are set here, before any module of the package can import it.
"""

from __future__ import annotations

import os

if os.name == "posix":
    # The kitty protocol loses or garbles Chinese commits (see textual_patches). Windows keeps it: its driver
    # asks for the protocol in any case, and a parser told to ignore it would lose Esc.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
# Textual paints the first change after a rest at once and a second one only one to two of its periods later.
# A verdict makes two, 保存中 and 已保存; at the stock 60 the second would come up to 33 ms after the disk.
os.environ.setdefault("TEXTUAL_FPS", "480")
