"""The field's closed vocabularies: each value with the Chinese label every screen and export prints."""

from __future__ import annotations

import enum
from typing import Self


class Term(enum.Enum):
    """A word of the field: its value stands in files, its label on screens and in exports.

    Keeping both in one place is what makes screen, CSV and 通报 agree.
    """

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member


class Verdict(Term):
    PENDING = "pending", "未查"
    PASS = "pass", "符合"
    PARTIAL = "partial", "基本符合"
    FAIL = "fail", "不符合"
    NA = "na", "不适用"
    UNVERIFIED = "unverified", "未能核实"


class Helper(Term):
    """A page that helps to judge an item: the item says which, so that no id is built into the program."""

    RECOUNT = "recount", "分配复算"
    FLOWS = "flows", "基本流程抽查"


class Figure(Term):
    """What is known of a unit and stands beside the items of a section: the section itself says which."""

    DUTIES = "duties", "岗位责任"
    POINTS = "points", "党员积分"


class Severity(Term):
    MINOR = "minor", "一般"
    MODERATE = "moderate", "较重"
    MAJOR = "major", "严重"
    VETO = "veto", "红线"


#: Severities that stand in the way of winning and decide between equals.
GRAVE = (Severity.MAJOR, Severity.VETO)


class Profile(Term):
    PRODUCTION = "production", "上产型"
    SAFETY = "safety", "安全型"
    HARMONY = "harmony", "温馨型"
    GENERAL = "general", "未定位"


class Method(Term):
    DOC_REVIEW = "doc_review", "查阅资料"
    SITE_VIEW = "site_view", "现场查看"
    INTERVIEW = "interview", "谈话了解"
    SPOT_QUESTION = "spot_question", "随机提问"
    BRIEFING = "briefing", "听取汇报"
    SURVEY = "survey", "问卷"
    TEST = "test", "考试"


class FindingKind(Term):
    DEFICIENCY = "deficiency", "问题"
    GOOD_PRACTICE = "good_practice", "好的做法"
    SUGGESTION = "suggestion", "建议"


class Scoring(Term):
    DEDUCT = "deduct", "扣分"
    AWARD = "award", "给分"
    NONE = "none", "不计分"


class Need(Term):
    """What a verdict must come with before the visit can be submitted."""

    NOTE = "note", "说明"
    REASON = "reason", "原因"
    EVIDENCE = "evidence", "佐证"
    METHOD = "method", "检查方式"
    SAMPLE = "sample", "抽查内容"


class TriggerEffect(Term):
    """What a hit red line, veto or alert leads to; none of them changes a score."""

    RED_LINE = "red_line", "红线"
    VETO = "veto", "一票否决"
    ALERT = "alert", "即时上报"
    CHECK = "check", "附加检查"


class UnitKind(Term):
    COMPANY = "company", "公司党委"
    COMMITTEE = "committee", "党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    JOINT_BRANCH = "joint_branch", "联合党支部"
    PARTY_GROUP = "party_group", "党小组"
    STATION = "station", "计量站"
    CREW = "crew", "班组"
    VENUE = "venue", "活动阵地"


class RoundKind(Term):
    LOOKBACK = "lookback", "回头看"
    SPECIAL_CHECK = "special_check", "专项检查"
    SUPERVISION = "supervision", "督查"
    ASSESSMENT = "assessment", "考评"
    CROSS_CHECK = "cross_check", "互检"
    GUIDANCE = "guidance", "督导"


class Role(Term):
    LEAD = "lead", "组长"
    INSPECTOR = "inspector", "组员"


class VisitResult(Term):
    """How a visit ended; an unreached unit is a result, not a gap."""

    VISITED = "visited", "已进点"
    NOT_REACHED = "not_reached", "未能进点"


class ReviewState(Term):
    """What the lead says about a unit's visit after the merge."""

    OPEN = "open", "未审"
    ACCEPTED = "accepted", "已认可"
    RETURNED = "returned", "已退回"


class Secrecy(Term):
    """密级 of a round. 秘密 and above refuse every export."""

    PUBLIC = "public", "公开"
    INTERNAL = "internal", "内部"
    SECRET = "secret", "秘密"
    CONFIDENTIAL = "confidential", "机密"
    TOP_SECRET = "top_secret", "绝密"

    @property
    def refuses_export(self) -> bool:
        return self in (Secrecy.SECRET, Secrecy.CONFIDENTIAL, Secrecy.TOP_SECRET)


class NaPolicy(Term):
    EXCLUDE = "exclude", "不适用项不计入，折算百分制"
    FULL = "full", "不适用项计满分"


class NamingLevel(Term):
    """Who a text is for, and so what it may name."""

    INTERNAL = "internal", "内部台账"
    SECRETARY = "secretary", "书记版"
    GROUP = "group", "群内版"


class RectState(Term):
    """Where the rectification of a problem stands (整改状态)."""

    OPEN = "open", "未整改"
    DISPUTED = "disputed", "有异议"
    IN_PROGRESS = "in_progress", "整改中"
    SUBMITTED = "submitted", "已整改待复查"
    REJECTED = "rejected", "复查不通过"
    CLOSED = "closed", "已销号"
    RELAPSED = "relapsed", "问题反弹"
    DEFERRED = "deferred", "长期挂账"
    WITHDRAWN = "withdrawn", "已撤销"

    @property
    def done(self) -> bool:
        """Whether nothing more is expected of the unit."""
        return self in (RectState.CLOSED, RectState.WITHDRAWN)


class Outcome(Term):
    """What an inspector finds when an earlier problem is looked at again (复查结论)."""

    FIXED = "fixed", "已整改"
    PARTLY = "partly", "部分整改"
    NOT_FIXED = "not_fixed", "未整改"
    RELAPSED = "relapsed", "反弹"
    UNVERIFIABLE = "unverifiable", "无法核实"


class StepKind(Term):
    """A step in the life of a problem's rectification."""

    START = "start", "开始整改"
    DISPUTE = "dispute", "提出异议"
    UPHOLD = "uphold", "维持问题"
    WITHDRAW = "withdraw", "撤销问题"
    SUBMIT = "submit", "上报完成"
    CLOSE = "close", "复查通过"
    REJECT = "reject", "复查不通过"
    DEFER = "defer", "长期挂账"
    VERIFY = "verify", "回头看复查"
    RECHECK = "recheck", "抽查复核"


class Stage(Term):
    """A stage of a year's grading (达标晋级); each is a round of its own with its own answers and signer."""

    SELF = "self", "支部自评申报"
    RECOMMEND = "recommend", "厂处党委定级推荐"
    ACCEPT = "accept", "公司党委验收"
    RECHECK = "recheck", "限期整改复查"


class GradeState(Term):
    """Where a unit's grade of a year stands."""

    UNGRADED = "ungraded", "未定级"
    GRANTED = "granted", "已定级"
    ORDERED = "ordered", "限期整改"
    FAILED = "failed", "复查不合格"
    DEMOTED = "demoted", "已降级"
    DELISTED = "delisted", "已摘牌"


class GradeStepKind(Term):
    """What a lead does to a unit's grade."""

    GRANT = "grant", "定级"
    ORDER = "order", "下达限期整改"
    PASS = "pass", "复查合格"
    FAIL = "fail", "复查不合格"
    DEMOTE = "demote", "降级"
    DELIST = "delist", "摘牌"


class RollUp(Term):
    """How the scores of several rounds become one."""

    MEAN = "mean", "平均"
    WEIGHTED = "weighted", "加权平均"
    LATEST = "latest", "取最近一次"
    WORST = "worst", "取最低一次"


class EvidenceKind(Term):
    """What a piece of evidence is; only the last one has no file."""

    PHOTO = "photo", "照片"
    SCAN = "scan", "扫描件"
    DOCUMENT = "document", "文档"
    REFERENCE = "reference", "出处"
