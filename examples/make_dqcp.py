"""Write the demonstration plant's data quality control plan of 2024 and its ledger of calibrations.

`python examples/make_dqcp.py [folder]` fills the draft that `tanheng dqcp new` makes from the plant's data:
every device, department and person is made up. The demonstration year follows it but for its lessons: a week
of a faulty belt scale, treated by rule 4.3; a carbon report of day 43; three days without a calorific test.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from beiling.year import inputs_of

from tanheng.app.plan_draft import draft_plan
from tanheng.facts.datum import row_of
from tanheng.facts.inputs import Inputs
from tanheng.facts.plan import Entry, Plan
from tanheng.library.plan_file import load_plan_template

YEAR = 2024
MADE, SUBMITTED = "2023-12-08", "2023-12-22"
COAL, OIL = "烟煤", "柴油"
FUEL, LAB, GRID, HEAT, RUN, CARBON = "燃料部", "化验中心", "电气部", "热控部", "发电部", "碳管理办公室"

DEPARTMENTS = {
    CARBON: ("编制、修订本计划；核算与报告；组织内部审核；联系主管部门和核查机构", "林若川"),
    FUEL: ("燃料计量、采样、盘存；皮带秤与给煤机的日常校验", "孟庆和"),
    LAB: ("制样、全水分与热值检测；综合样的制备、留存与送检", "白玉岚"),
    GRID: ("关口及发电机出口电能表的管理与抄表", "史文涛"),
    HEAT: ("流量、压力、温度仪表的维护与送检；供热量计算", "高志远"),
    RUN: ("运行小时数、启停记录与生产月报", "常建国"),
}

RULES = {
    "4.1": ("指南缺省值", "当日低位发热量缺失时，该日取 26.7 GJ/t 参与月加权；油品取指南附录 A 的数值"),
    "4.2": (
        "单位热值含碳量缺省值",
        "当月元素碳含量缺失或检测报告无效时，取单位热值含碳量缺省值与低位发热量之积",
    ),
    "4.3": ("给煤机累计值", "皮带秤故障时取给煤机累计值并上浮1.5%"),
    "4.4": ("按可得各日加权", "个别日期全水分缺失时，按有数据的各日加权"),
    "4.5": ("盘存数据", "油罐液位计故障时人工检尺盘存，取较大的消耗量"),
    "4.6": ("校核电能表", "主表故障时取校核电能表读数；发电量取较小值，购入电量取较大值"),
    "4.7": ("额定焓值", "供汽压力、温度缺失时取额定焓值；回水数据缺失时按补水焓值扣除"),
    "4.8": ("并网解列记录推算", "监控系统记录缺失时按调度并网、解列时间推算"),
}

WAYS = {
    "单位热值含碳量": {COAL: "计算", OIL: "缺省"},
}
TESTED = {COAL: "实测值（自测）"}


def devices(unit: str) -> list[tuple[str, ...]]:
    """Number, kind, name and model, place, class, months, last calibrated, upkeep, department."""
    weekly = "每班零点校准；每月一次实物校验，记录存档"
    yearly = "每班巡检；停机时清洗取压管路并校零"
    return [
        (f"PDC-{unit}A", "皮带秤", "ICS-17A 电子皮带秤", f"{unit}号炉A侧入炉皮带", "0.5", "12", "2023-06-12", weekly, FUEL),
        (f"PDC-{unit}B", "皮带秤", "ICS-17A 电子皮带秤", f"{unit}号炉B侧入炉皮带", "0.5", "12", "2023-06-13", weekly, FUEL),
        (f"GMJ-{unit}", "耐压式计量给煤机", "NJGC-30 给煤机（6台）", f"{unit}号炉煤仓间", "0.5", "12", "2023-09-05",
         "每月一次循环链码校验", FUEL),
        (f"DN-{unit}", "电能表", "ZMU202 三相电能表", f"{unit}号发电机出口", "0.2S", "72", "2021-04-20", "每月与校核表比对", GRID),
        (f"DN-{unit}G", "电能表", "DTSD341 三相电能表", f"{unit}号机启备变高压侧", "0.5S", "72", "2020-10-15",
         "每月与校核表比对", GRID),
        (f"LL-{unit}C", "蒸汽流量计", "LGBF 标准喷嘴", f"{unit}号机采暖抽汽管道", "1.0", "12", "2023-10-10", yearly, HEAT),
        (f"LL-{unit}G", "蒸汽流量计", "LGBF 标准喷嘴", f"{unit}号机工业抽汽管道", "1.0", "12", "2023-07-18", yearly, HEAT),
        (f"LL-{unit}N", "水流量计", "LDG 电磁流量计", f"{unit}号机热网疏水管道", "0.5", "12", "2023-10-10", yearly, HEAT),
        (f"YL-{unit}", "压力变送器", "3051 压力变送器", f"{unit}号机供热抽汽管道", "0.5", "12", "2023-07-18", "每月校零", HEAT),
        (f"WD-{unit}", "热电阻", "WZPK2 铂热电阻", f"{unit}号机供热抽汽管道", "0.5", "12", "2023-07-18", "停机时检查套管", HEAT),
        (f"DCS-{unit}", "运行监控系统", "OVATION 监控系统", f"{unit}号机集控室", "", "", "", "每日核对时钟", RUN),
    ]  # fmt: skip


SHARED = [
    (
        "LRY-01",
        "量热仪",
        "5E-C5500 量热仪",
        "化验中心热值室",
        "",
        "24",
        "2023-03-22",
        "每日苯甲酸标定一次",
        LAB,
    ),
    (
        "LRY-02",
        "量热仪",
        "5E-C5500 量热仪（备用）",
        "化验中心热值室",
        "",
        "24",
        "2023-03-22",
        "使用前标定",
        LAB,
    ),
    ("TP-01", "分析天平", "AL204 电子天平", "化验中心制样室", "", "12", "2023-08-09", "每日砝码核查", LAB),
    (
        "YW-01",
        "油罐液位计",
        "RTG40 雷达液位计",
        "油库1号罐",
        "",
        "12",
        "2023-05-30",
        "每月人工检尺比对",
        FUEL,
    ),
]
REGULATIONS = {
    "皮带秤": "JJG 195", "耐压式计量给煤机": "GB/T 28017", "电能表": "JJG 596", "蒸汽流量计": "JJG 640",
    "水流量计": "JJG 640", "压力变送器": "JJG 882", "热电阻": "JJG 229", "量热仪": "JJG 672",
    "分析天平": "JJG 1036", "油罐液位计": "JJG 971",
}  # fmt: skip
_STEAM = "LL-{u}G、YL-{u}、WD-{u}"
PLANNED = {
    "燃煤消耗量": ("PDC-{u}A、PDC-{u}B、GMJ-{u}", "4.3", FUEL),
    "油品消耗量": ("YW-01", "4.5", FUEL),
    "收到基元素碳含量": ("", "4.2", LAB),
    "收到基水分": ("TP-01", "4.4", LAB),
    "空气干燥基水分": ("", "4.2", LAB),
    "元素碳含量": ("", "", CARBON),
    "低位发热量": ("LRY-01、LRY-02", "4.1", LAB),
    "购入使用电量": ("DN-{u}G", "4.6", GRID),
    "发电量": ("DN-{u}", "4.6", GRID),
    "供热量 采暖": ("LL-{u}C、LL-{u}N、YL-{u}、WD-{u}", "4.7", HEAT),
    "供热量 工业蒸汽": (_STEAM, "4.7", HEAT),
    "运行小时数": ("DCS-{u}", "4.8", RUN),
}
"""Devices, rules and department of the measured parameters; all others are kept by the carbon office."""

FORMS = {
    "entity": {
        "history": "2006 年 8 月成立，国有控股有限责任公司；1 号、2 号机组分别于 2008 年 11 月、2009 年 6 月投产，控股关系无变化",
        "organisation": "附件 1 组织机构图",
        "site_plan": "附件 2 厂区平面分布图",
        "products": "电力（4411）、热力（4430）",
        "process": "原煤经输煤皮带、给煤机和磨煤机送入锅炉燃烧，蒸汽推动汽轮发电机组发电，"
        "抽汽供工业用户，并经热网加热器供居民采暖；烟气经脱硝、除尘、脱硫后排放",
        "process_chart": "附件 3 工艺流程图",
    },
    "boundary": {
        "boundary": "发电设施：1 号、2 号机组的燃烧系统、汽水系统、电气系统、控制系统和除尘及脱硫脱硝等装置的集合，"
        "不包括厂区内其他辅助生产系统和附属生产系统",
        "boundary_chart": "附件 4 核算边界图",
    },
    "assurance": {
        "rules": "《碳排放管理制度》《燃料计量与采制化管理办法》《计量器具管理办法》，2023 年 11 月修订",
        "flow": "各部门每月 5 日前提交上月数据，碳管理办公室 10 日前核算，15 日前复核，月度结束后 40 日内完成存证",
        "staff": "专职 2 人：林若川（碳排放核算工程师）、秦晓月（数据审核）",
        "training": "每年 3 月、9 月各一次，内容为核算指南、采制化规程和本计划；新上岗人员培训合格后上岗",
        "audit": "年度报告由生产副总组织内部审核，重点核对原始记录与报告数据，形成审核记录后批准",
        "filing": "原始记录、报告、结算凭证和计量证书由产生部门保存，碳管理办公室保存副本，保存不少于 5 年",
    },
}
SAMPLING = {
    "basis": "GB/T 19494.1",
    "points": "入炉煤皮带秤后的采样点，与计量点对应",
    "frequency": "每班",
    "manner": "机械采样",
    "mass": "每班子样合并，总样不少于 30 kg",
    "records": "采样日报，采样人与监督人签字",
}
PREPARATION = {
    "method": "GB/T 474",
    "division": "二分器缩分至 3 mm 样，日样按当日入炉煤量成比例混合为月综合样",
    "equipment": "破碎缩分联合制样机 PSL-01",
    "storage": "3 mm 样约 700 g，密封避光，留存 12 个月",
    "records": "制样记录与留样台账",
}
PLACES = {"GL": "主厂房锅炉房", "QJ": "主厂房汽机房", "FDJ": "主厂房汽机房"}
OUTSIDE = [("FZ-01", "启动锅炉（已封存）", "厂区东侧", "否", "2015 年起停用，钢印封存")]


def plan(inputs: Inputs) -> Plan:
    """The submitted plan of 2024."""
    template = load_plan_template("power-coal-chp")
    draft = draft_plan(inputs, template, str(YEAR))
    entries = [filled(e) for e in draft.entries]
    for number, facility, place, inside, remark in OUTSIDE:
        said = {"facility": facility, "place": place, "inside": inside, "remark": remark}
        entries.append(entry("facilities", {"number": number}, said))
    entries.append(entry("assurance", {}, FORMS["assurance"]))
    for number, (treatment, rule) in RULES.items():
        entries.append(entry("missing", {"number": number}, {"treatment": treatment, "rule": rule}))
    for name, (duties, person) in DEPARTMENTS.items():
        entries.append(entry("departments", {"department": name}, {"duties": duties, "person": person}))
    for row in (*devices("1"), *devices("2"), *SHARED):
        number, kind, model, place, grade, months, on, upkeep, department = row
        said = {
            "kind": kind, "model": model, "place": place, "class": grade, "months": months,
            "calibrated_on": on, "rule": REGULATIONS.get(kind, ""), "upkeep": upkeep,
            "department": department,
        }  # fmt: skip
        entries.append(entry("devices", {"number": number}, said))
    whole = replace(draft, made_on=MADE, entries=tuple(entries))
    return whole.submitted(SUBMITTED)


def entry(table: str, at: dict[str, str], fields: dict[str, str]) -> Entry:
    """A line without its blanks."""
    return Entry(table, row_of(at.items()), row_of((k, v) for k, v in fields.items() if v))


def filled(each: Entry) -> Entry:
    """A line of the draft with what the plant adds to it."""
    more: dict[str, str] = dict(FORMS.get(each.table, {}))
    if each.table == "sampling":
        more = SAMPLING
    elif each.table == "preparation":
        more = PREPARATION
    elif each.table == "facilities":
        more = {"place": PLACES[each.get("number").split("-")[0]]}
    elif each.table == "parameters":
        more = parameter(each)
    return entry(each.table, dict(each.at), {**more, **dict(each.fields)})


def parameter(each: Entry) -> dict[str, str]:
    """What the plant decides for one parameter."""
    template = load_plan_template("power-coal-chp")
    name, unit = each.get("parameter"), each.get("unit")
    way = each.get("way") or WAYS[name][each.get("fuel")]
    rules = template.parameter(name)
    assert rules is not None
    known = rules.way(way)
    assert known is not None
    key = f"{name} {each.get('stream')}".strip()
    numbers, rule, department = PLANNED.get(key, ("", "", CARBON))
    measured = known.measured
    kept = numbers.format(u=unit) if measured or name == "油品消耗量" else ""
    obtained = (
        "实测值（委外）"
        if "碳" in name or "空气" in name
        else TESTED.get(each.get("fuel"), known.obtained[0])
    )
    return {
        "way": way,
        "description": known.says,
        "obtained": obtained if obtained in known.obtained else known.obtained[0],
        "frequency": known.frequency[0] if measured else "",
        "record": known.record[0],
        "devices": kept if known.instruments else "",
        "missing": rule if measured else "",
        "department": department,
    }


def ledger(made: Plan) -> list[tuple[str, str, str, str]]:
    """Calibrations of the year: every yearly device a week before it falls due; none of the others does."""
    rows = []
    for device in made.table("devices"):
        on, months = device.get("calibrated_on"), device.get("months")
        if months != "12":
            continue
        last = date.fromisoformat(on)
        again = date(YEAR, last.month, last.day - 7 if last.day > 7 else last.day)
        number = device.get("number")
        rows.append((number, again.isoformat(), device.get("class"), f"JZ{YEAR}-{number}"))
    return rows


def ledger_text(made: Plan) -> str:
    """The ledger as the CSV that `--calibrations` reads."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("设备编号", "检定/校准日期", "精度等级", "证书编号"))
    writer.writerows(ledger(made))
    return stream.getvalue()


def main() -> None:
    """Write the plan's TOML form, its workbook and the ledger into the folder of the first argument."""
    from tanheng.metering.plan_book import write_plan_book
    from tanheng.metering.plan_toml import plan_text

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples")
    template = load_plan_template("power-coal-chp")
    made = plan(inputs_of(YEAR))
    book = io.BytesIO()
    write_plan_book(book, made, template)
    for name, data in (
        (f"beiling-dqcp-{YEAR}.toml", plan_text(made, template).encode()),
        (f"beiling-dqcp-{YEAR}.xlsx", book.getvalue()),
        (f"beiling-calibrations-{YEAR}.csv", ledger_text(made).encode()),
    ):
        (folder / name).write_bytes(data)
        print(folder / name)


if __name__ == "__main__":
    main()
