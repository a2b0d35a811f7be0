"""The Chinese word for every field of every file, so that faults, schemas and documents say the same."""

from __future__ import annotations

from inspect_tui.model.checklist import Award, Checklist, Deduction, Item, Section, Trigger
from inspect_tui.model.pack import Pack
from inspect_tui.model.roster import Crew, Roster, Unit
from inspect_tui.model.round import Period, Round, Rules, SoftenerStep, Team

#: The Chinese word for each kind of record.
RECORD_WORDS: dict[type, str] = {
    Checklist: "检查清单",
    Section: "检查项目（大项）",
    Item: "检查内容（小项）",
    Deduction: "扣分项",
    Award: "给分档",
    Trigger: "红线、一票否决或即时上报",
    Roster: "组织名册",
    Unit: "单位",
    Crew: "班组",
    Round: "检查轮次",
    Period: "检查时间",
    Team: "检查组",
    Rules: "规则",
    SoftenerStep: "程度词",
    Pack: "发包文件",
}

#: The lines of `record`, by the names of their types, which stand on a higher floor.
LINE_WORDS: dict[str, dict[str, str]] = {
    "Line": {
        "unit": "单位编号",
        "checklist": "清单编号",
        "item": "检查内容编号",
        "verdict": "结论",
        "award": "给分档名称",
        "missing": "是否缺项",
        "deductions": "扣分项",
        "reason": "不适用或未能核实的原因",
        "note": "说明",
        "methods": "检查方式",
        "samples": "抽查内容",
        "findings": "问题",
        "good_practices": "好的做法",
        "suggestions": "建议",
        "visit": "进点情况",
        "trigger": "红线、一票否决或即时上报",
        "submit": "提交",
    },
    "LineDeduction": {"label": "扣分项名称", "index": "扣分项序号，从0起", "count": "次数"},
    "LineFinding": {"severity": "问题程度", "missing": "是否缺项", "fixed_on_site": "是否立行立改"},
    "LineText": {"text": "内容"},
    "LineVisit": {
        "date": "进点日期",
        "counterpart": "迎检人",
        "present": "在场人员",
        "inspectors": "检查人",
        "result": "进点结果",
        "reason": "未能进点的原因",
        "profile": "现场核实的定位",
        "objection": "被检单位的异议",
        "confirmed_by": "现场确认人",
    },
    "LineTrigger": {"fact": "事实", "checklist": "清单编号"},
}

_COMMON = {
    "format": "文件格式标识",
    "version": "文件格式版本",
    "id": "编号",
    "name": "名称",
    "title": "标题",
    "text": "内容",
    "points": "分值",
    "remark": "备注",
}

_WORDS: dict[type, dict[str, str]] = {
    Checklist: {
        "revision": "清单版本，由编写人自定",
        "sections": "检查项目",
        "full_score": "总分",
        "unit_kinds": "适用的单位类别",
        "profiles": "各类定位，每类的分值都要合计到总分",
        "triggers": "红线、一票否决、即时上报",
        "duties": "岗位责任制各项名称，空白为未命名",
        "draft": "是否草案",
    },
    Section: {"items": "检查内容", "short": "简称，不超过4个汉字"},
    Item: {
        "text": "检查内容",
        "rubric": "评分标准",
        "scoring": "计分办法",
        "severity": "问题程度",
        "methods": "检查方式",
        "deductions": "扣分项",
        "awards": "给分档",
        "applies_to": "适用的定位，*为全部",
        "na_when": "可直接选用的不适用原因",
        "samples": "抽查内容提示",
        "basis": "依据",
    },
    Deduction: {
        "label": "扣分项名称，检查时点选",
        "sentence": "问题描述，{n}处填次数",
        "points": "每次扣的分",
        "all": "是否不得分",
        "unit": "计数单位，如次、项、人、处",
        "cap": "最多扣的分",
        "exclusive": "同名的扣分项只取其一",
        "missing": "是否缺项",
        "severity": "问题程度，不写则同检查内容",
        "triggers": "同时提示的红线或一票否决编号",
        "suggestion": "是否只记为对上级的建议",
    },
    Award: {
        "label": "档次名称",
        "points": "得分",
        "verdict": "对应的结论",
        "sentence": "问题描述",
        "missing": "是否缺项",
        "severity": "问题程度，不写则同检查内容",
    },
    Trigger: {"effect": "后果"},
    Roster: {"name": "名册名称", "units": "单位"},
    Unit: {
        "code": "短代码，用于问题编号",
        "name": "简称",
        "kind": "单位类别",
        "parent": "上级单位编号",
        "full_name": "全称",
        "admin_name": "行政名称",
        "profile": "党小组定位",
        "feature": "一组一特色",
        "leader": "负责人",
        "responsible_leader": "分级承包的责任领导",
        "members": "党员数，含预备党员",
        "probationary": "预备党员数",
        "staff": "员工数",
        "crews": "班组",
        "tags": "标签",
    },
    Crew: {"staff": "员工数", "members": "党员数", "arrangement": "没有党员时的培养或联系安排"},
    Round: {
        "kind": "检查类型",
        "period": "检查时间",
        "checklists": "随轮次固定的清单",
        "units": "随轮次固定的单位",
        "teams": "检查组",
        "rules": "规则",
        "pack_version": "发包版次",
        "practice": "是否练习轮次",
        "secrecy": "密级",
        "issuer": "检查单位",
        "basis": "检查依据",
        "demands": "整改要求",
        "created": "建立时间",
        "origin": "建立轮次时随机取的标识",
        "checklist_hashes": "清单指纹",
        "unit_hashes": "单位指纹",
        "carried": "上轮转入的问题",
    },
    Period: {"label": "时间名称", "start": "开始日期", "end": "结束日期"},
    Team: {"lead": "组长", "members": "组员", "units": "负责检查的单位编号"},
    Rules: {
        "na_policy": "不适用项的计分办法",
        "severity_points": "没有选扣分项时，按程度扣的分",
        "days": "按程度的整改天数",
        "common_units": "几个单位出现算共性问题",
        "common_share": "多大比例的单位出现算共性问题",
        "softeners": "按单位比例用的程度词",
        "single_word": "只有一个单位时的程度词",
        "coverage_warning": "检查覆盖率低于多少时提醒",
        "na_reasons": "常用的不适用原因",
        "unverified_reasons": "常用的未能核实原因",
        "not_reached_reasons": "常用的未能进点原因",
        "message_bytes": "一条消息的最大字节数",
    },
    SoftenerStep: {"share": "单位比例上限", "word": "程度词"},
    Pack: {
        "round": "检查轮次",
        "team": "检查组编号",
        "units": "负责检查的单位编号",
        "made": "制作时间",
        "made_by": "制作人",
    },
}


def field_word(record: type, field: str) -> str:
    """The Chinese word for a field of a record type; the field's own name where there is none."""
    words = _WORDS.get(record) or LINE_WORDS.get(record.__name__, {})
    return words.get(field) or _COMMON.get(field, field)
