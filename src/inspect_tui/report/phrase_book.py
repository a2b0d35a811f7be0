"""The phrases there are: every block a template may word, with the values it is given.

The samples are what `notice check` tries a template on and what docs/templates.md lists.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """One block: what it words, the values it gets (each with a sample), which of them it must show."""

    about: str
    values: dict[str, Any] = {}
    must: tuple[str, ...] = ()


_ROUND: dict[str, Any] = {
    "标题": "2026年第四季度回头看",
    "检查": "回头看",
    "检查组": "东沟作业区党总支检查组",
    "演练": False,
    "单个": False,
    "单位": "东沟第1党小组",
    "范围": "3个党支部的11个党小组",
    "范围名": "",
    "期号": 3,
    "年份": 2026,
    "几轮": 1,
}
_COUNTS: dict[str, Any] = {
    "依据": "根据党总支年度工作安排",
    "时间": "2026年11月16日至20日",
    "检查项数": 374,
    "问题数": 26,
    "缺项数": 9,
    "当场整改数": 4,
    "好的做法数": 3,
}
_POINT: dict[str, Any] = {
    "类别": "岗位责任",
    "内容": "近3个月缺1至3个月未修订",
    "点名": False,
    "单位": "东沟第1党小组、东沟第2党小组",
    "单位列表": ["东沟第1党小组", "东沟第2党小组"],
    "单位数": 2,
    "单位类别": "党小组",
    "程度词": "部分",
    "问题数": 2,
    "已整改数": 1,
    "全部已整改": False,
    "缺项": True,
    "程度": "较重",
    "单个": False,
    "同名": False,
}

#: Every block by its name, in the order of a text.
SLOTS: dict[str, Slot] = {
    "标题": Slot(about="群里用的标题", values=_ROUND),
    "公文标题": Slot(about="正式文件的标题", values=_ROUND),
    "主送": Slot(about="正式文件的主送", values=_ROUND | {"对象": "各党支部、党小组"}),
    "开头": Slot(about="依据和概况", values=_ROUND | _COUNTS),
    "未能进点": Slot(about="另有几个单位没有检查到", values={"单位数": 1, "单位类别": "党小组"}),
    "没有检查到": Slot(
        about="一个单位都没有检查到时的开头",
        values=_ROUND | {"依据": "根据安排", "时间": "2026年11月16日", "对象": "东沟第1党小组", "原因": ""},
    ),
    "得分": Slot(
        about="一个单位的得分",
        values={"查完": True, "已查": 34, "项数": 34, "得分": "得分92分（26.5/28）", "已查比例": ""},
    ),
    "演练说明": Slot(about="演练轮次的说明"),
    "一轮概况": Slot(
        about="几轮合写时每一轮的概况",
        values=_ROUND | _COUNTS | {"有记录": True, "未能进点数": 0},
    ),
    "检查人": Slot(about="检查人和迎检人（内部台账）", values={"检查人": ["甲", "乙"], "迎检人": ""}),
    "好的做法标题": Slot(about="小标题"),
    "好的做法": Slot(about="一条好的做法", values=_POINT, must=("内容",)),
    "经验采用": Slot(
        about="以前各轮的一条经验，有几个单位采用",
        values={
            "单位": "东沟第2党小组",
            "名称": "班前会三分钟讲清任务和风险",
            "采用数": 3,
            "部分采用数": 1,
            "单位类别": "党小组",
        },
        must=("名称",),
    ),
    "存在问题标题": Slot(about="小标题"),
    "共性问题标题": Slot(about="小标题"),
    "个性问题标题": Slot(about="小标题"),
    "问题": Slot(about="一条问题", values=_POINT, must=("内容",)),
    "单位意见": Slot(about="被检单位的意见", values={"内容": "记录已补"}, must=("内容",)),
    "意见建议标题": Slot(about="小标题"),
    "意见建议": Slot(about="一条意见建议", values=_POINT, must=("内容",)),
    "复查标题": Slot(about="小标题"),
    "复查概况": Slot(
        about="上轮问题复查的数字",
        values={
            "应复查": 12,
            "已整改": 8,
            "部分整改": 2,
            "未整改": 1,
            "反弹": 1,
            "无法核实": 0,
            "未复查": 0,
        },
    ),
    "复查": Slot(
        about="一条上轮问题的复查结果",
        values={
            "单个": False,
            "点名": False,
            "单位": "东沟第1党小组",
            "单位类别": "党小组",
            "内容": "会议记录不全",
            "结论": "未整改",
            "说明": "",
            "轮数": 2,
        },
        must=("内容", "结论"),
    ),
    "整改要求标题": Slot(about="小标题"),
    "整改要求": Slot(
        about="整改时限和报到哪里",
        values={
            "单个": False,
            "单位类别": "党小组",
            "报到": "所在党支部",
            "时限": "一般问题11月27日前完成",
        },
        must=("时限",),
    ),
    "另发清单": Slot(about="问题清单另发（群内版）", values={"对象": "党支部"}),
    "均已整改": Slot(about="问题都已当场整改时的要求", values={"检查": "回头看"}),
    "下步标题": Slot(about="小标题"),
    "下步": Slot(about="下步安排", values={"检查": "回头看"}),
    "号召": Slot(about="表扬之后的号召", values=_ROUND),
    "排名说明": Slot(
        about="排名的范围和办法",
        values={"类别": "党小组", "参加数": 10, "未参加数": 1, "公布": "前三名", "覆盖线": "80%"},
    ),
    "排名标题": Slot(about="小标题"),
    "排名分类标题": Slot(about="有几类单位时每一类的小标题", values={"类别": "党小组"}),
    "名次": Slot(
        about="一个名次",
        values={"名次": 1, "单位": "东沟第1党小组", "得分": "95.5", "并列": False},
        must=("单位",),
    ),
    "其余": Slot(about="不列名次的单位", values={"单位数": 8, "单位类别": "党小组"}),
    "算法标题": Slot(about="小标题"),
    "算法": Slot(about="得分和名次的算法", values={"公式": "得分=得分合计÷适用分合计×100"}, must=("公式",)),
    "曝光标题": Slot(about="小标题"),
    "曝光": Slot(about="一条曝光的问题", values=_POINT, must=("内容", "单位")),
    "落款": Slot(about="署名", values=_ROUND),
}
