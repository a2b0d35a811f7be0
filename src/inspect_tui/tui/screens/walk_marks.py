"""Asking how an item was looked at: ways of checking, samples, what was mended on the spot."""

from __future__ import annotations

from inspect_tui.tui import walking
from inspect_tui.tui.screens.walk_page import WalkPage
from inspect_tui.tui.track import Stop
from inspect_tui.tui.walking import OWN_WORDS, Option


class Marking:
    """What is recorded beside the verdict, by one more digit."""

    def __init__(self, page: WalkPage) -> None:
        self.page = page

    def method(self, stop: Stop) -> None:
        """A way of checking that was used, or take one away."""
        self.page.offer(
            f"{stop.row.item.id} 检查方式（再选一次去掉）：",
            walking.method_options(stop),
            lambda option, _: self.page.do(walking.use_method(stop, option.value), advance=False),
        )

    def sample(self, stop: Stop) -> None:
        """A month, crew or post that was sampled."""

        def picked(option: Option, _: int) -> None:
            if option.value == OWN_WORDS:
                self.page.app.ask_text(
                    f"{stop.row.item.id} 抽查了什么（写月份、岗位、井号等，不写姓名）",
                    draft=f"sample/{stop.unit}/{stop.row.item.id}",
                    then=lambda text: self.page.do(walking.take_sample(stop, text), advance=False),
                )
            else:
                self.page.do(walking.take_sample(stop, option.value), advance=False)

        self.page.offer(
            f"{stop.row.item.id} 抽查了什么：",
            walking.sample_options(stop, self.page.desk.session.date()),
            picked,
        )

    def fixed(self, stop: Stop) -> None:
        """A problem as mended on the spot, or no longer."""
        options = walking.fix_options(stop)
        if not options:
            self.page.app.say("本条还没有问题，先按 2 或 3 记下问题。", "warning")
        elif len(options) == 1:
            self.page.do(walking.fix_on_site(stop, options[0].value), advance=False)
        else:
            self.page.offer(
                "哪一个问题立行立改：",
                options,
                lambda option, _: self.page.do(walking.fix_on_site(stop, option.value), advance=False),
            )

    def drop(self, stop: Stop) -> None:
        """Take one labelled shortfall off the verdict."""
        options = walking.drop_options(stop)
        if not options:
            self.page.app.say("本条没有已选的扣分情形。", "warning")
            return
        self.page.offer(
            "去掉哪一个：",
            options,
            lambda option, _: self.page.do(walking.drop(stop, option.value), advance=False),
        )
