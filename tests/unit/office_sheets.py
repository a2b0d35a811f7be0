# ruff: noqa: E501
"""Sheets as two different offices really keep them, and a few smaller shapes, built by hand."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import openpyxl


def book(rows: Iterable[Iterable[Any]], merged: Iterable[str] = (), name: str = "Sheet1") -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def branch_rules() -> bytes:
    """党支部考核细则: title rows, two-row headings, merged categories with points, subtotals, a signature."""
    rows = [
        ["××采油作业区党支部工作考核细则（2026年修订）"],
        ["被考核单位：", None, None, None, None, None, None, "考核日期："],
        ["序号", "考核项目", None, "考核内容", "标准分", "评分标准", "考核情况", None, "备注"],
        [None, "项目", "分值", None, None, None, "扣分", "得分", None],
        [1, "组织建设\n（20分）", 20, "按期换届，班子成员配备齐全，\n分工明确。", 8,
         "未按期换届扣3分；缺1名委员扣1分；分工不明确扣0.5分。", None, None, None],
        [2, None, None, "“三会一课”按计划开展，记录完整", 12,
         "1.支部党员大会每季度缺1次扣2分；\n2.党课缺一次扣1分；\n3.记录不完整的，每处扣0.5分，最多扣2分。", None, None, None],
        [None, "小计", None, None, 20, None, None, None, None],
        [3, "党员教育\n（15分）", 15, "党员参加学习培训", 5, "培训覆盖率低于90%扣1分；学习不认真酌情扣1-2分", None, None, None],
        [4, None, None, "党员积分管理规范", 10, "每漏1人扣0.5分，扣完为止", None, None, None],
        [None, None, None, None, None, "弄虚作假的不得分", None, None, None],
        [None, "小计", None, None, 15, None, None, None, None],
        [5, "作用发挥\n（15分）", 15, "党员责任区、示范岗发挥作用", 15, "作用发挥好得15分，一般得8分，差得0分", None, None, None],
        [None, "合计", None, None, "=SUM(E5:E12)", None, None, None, None],
        ["注：本细则由党委组织部负责解释。"],
        ["考核人签字：", None, None, None, None, "被考核单位负责人签字："],
    ]  # fmt: skip
    merged = ["A1:I1", "B3:C3", "G3:H3", "A3:A4", "D3:D4", "E3:E4", "F3:F4", "I3:I4",
              "B5:B6", "C5:C6", "B8:B10", "C8:C10", "D9:D10", "E9:E10", "A14:I14"]  # fmt: skip
    return book(rows, merged, "考核细则")


def safety_list() -> bytes:
    """安全检查表 of another trade: bands as categories, points in the text, 是/否 columns, odd units."""
    rows = [
        ["危险化学品仓库安全检查表"],
        ["检查单位：安全科        检查日期：    年  月  日"],
        ["项次", "检查内容及要求", "检查依据", "检查方法", "扣分说明", "是", "否", "整改期限"],
        ["一、消防设施（30分）"],
        ["1.1", "灭火器配置数量符合要求，压力正常（10分）", "GB 50140", "现场查看", "失效一具扣2分", None, None, None],
        ["1.2", "消防通道畅通，无堆放杂物（20分）", "消防法第28条", "现场查看、询问", "堵塞1处扣5分，最多扣10分；占用消防通道停车的不得分", None, None, None],
        ["二、储存管理（40分）"],
        ["2.1", "禁忌物分库存放（20分）", "GB 15603", "查阅资料/现场检查", "发现一处混存扣10分", None, None, None],
        ["2.2", "出入库登记账物相符（20分）", None, "查台账", "账物不符每项扣2分，登记不及时扣1分", None, None, None],
        ["2.3", "温湿度记录按班次填写", None, "查台账", "缺1次扣1分", None, None, None],
        ["三、一票否决项"],
        ["3.1", "存在重大事故隐患未停产整改", None, None, None, None, None, None],
        ["3.2", "瞒报、谎报事故", None, None, None, None, None, None],
        ["项次", "检查内容及要求", "检查依据", "检查方法", "扣分说明", "是", "否", "整改期限"],
        ["四、人员（30分）"],
        ["4.1", "从业人员持证上岗（30分）", "安全生产法", "抽查证件", "1人无证扣10分", None, None, None],
        ["总分：100分"],
        ["检查人（签字）：              被检查单位负责人（签字）："],
    ]  # fmt: skip
    merged = ["A1:H1", "A2:H2", "A4:H4", "A7:H7", "A11:H11", "A15:H15", "A17:H17", "A18:H18"]
    return book(rows, merged)


def scored_csv() -> bytes:
    """A plain CSV, in the encoding Chinese spreadsheets save by default, categories not repeated."""
    lines = [
        "检查类别,编号,检查要点,配分,扣分标准,检查方式,严重程度,适用范围",
        "台账管理,TZ-1,台账齐全,5,缺1本扣1分,查资料,一般,全部",
        ",TZ-2,台账按月更新,5分,未更新扣5分,查资料,较重,上产型",
        "现场管理,XC 1,标识清楚,10,1处不清楚扣1分,看现场,特别重,全部",
        ",XC-2,设备完好,,1台不完好扣2分,看现场,一般,全部",
    ]
    return "\r\n".join(lines).encode("gb18030")
