"""What the tables C.2 to C.7 of the guide hold: letters (of 2023), items and the steps that answer them."""

from __future__ import annotations

from dataclasses import dataclass

MONTH, YEAR = "month", "year"


@dataclass(frozen=True, slots=True)
class Item:
    """One row: letter, item, unit, and the steps for a month and for the year ("" = not asked for)."""

    letter: str
    zh: str
    unit: str
    month: str
    year: str
    sum: bool = False


# C.3, per unit and fuel. `{fuel}` stands for the fuel's own unit.
FUEL_ITEMS = (
    Item("A", "燃料消耗量", "{fuel}", "FC", "FC_y"),
    Item("B", "收到基元素碳含量", "tC/{fuel}", "C_ar", "C_y"),
    Item("C", "低位发热量", "GJ/{fuel}", "NCV", "NCV_y"),
    Item("D", "单位热值含碳量", "tC/GJ", "CC", ""),
    Item("E", "碳氧化率", "%", "OF", "OF"),
    Item("F", "燃料燃烧排放量", "tCO2", "E_fuel", "E_fuel_y", True),
)
# C.3, per unit
BURN_ITEM = Item("G", "化石燃料燃烧排放量合计", "tCO2", "E_burn", "E_burn_y", True)
COFIRE_ITEMS = (
    Item("I", "锅炉效率", "%", "eta_gl", "eta_gl"),
    Item("J", "锅炉产热量", "GJ", "Q_cr", "Q_cr_y"),
    Item("K", "化石燃料热量", "GJ", "Q_fuel", "Q_fuel_y"),
    Item("L", "生物质热量占比", "%", "P_bio", "P_bio_y"),
)
# C.4, per unit; N is one figure for the run
POWER_ITEMS = (
    Item("M", "购入使用电量", "MWh", "AD_el", "AD_el_y"),
    Item("N", "电网排放因子", "tCO2/MWh", "EF_grid", "EF_grid"),
    Item("O", "购入使用电力排放量", "tCO2", "E_el", "E_el_y", True),
)
# C.5, per unit; T is followed by the total of all units
OUTPUT_ITEMS = (
    Item("P", "发电量", "MWh", "W_fd", "W_fd_y"),
    Item("Q", "供热量", "GJ", "Q_gr", "Q_gr_y"),
    Item("R", "运行小时数", "h", "t", "t_y"),
    Item("S", "负荷（出力）系数", "%", "X", "X_y"),
    Item("T", "机组二氧化碳排放量", "tCO2", "E_unit_month", "E_unit", True),
)
# C.5 of 2021 and 2022, per unit: net supply, with ratio, rates and intensities among the main items
NET_ITEMS = (
    Item("", "发电量", "MWh", "W_fd", "W_fd_y"),
    Item("", "供电量", "MWh", "W_gd", "W_gd_y"),
    Item("", "供热量", "GJ", "Q_gr", "Q_gr_y"),
    Item("", "供热比", "%", "alpha", "alpha_y"),
    Item("", "供电煤耗", "tce/MWh", "b_g", "b_g_y"),
    Item("", "供热煤耗", "tce/GJ", "b_r", "b_r_y"),
    Item("", "运行小时数", "h", "t", "t_y"),
    Item("", "负荷（出力）系数", "%", "X", "X_y"),
    Item("", "供电碳排放强度", "tCO2/MWh", "S_gd", "S_gd_y"),
    Item("", "供热碳排放强度", "tCO2/GJ", "S_gr", "S_gr_y"),
    Item("", "机组二氧化碳排放量", "tCO2", "E_unit_month", "E_unit", True),
)
TOTAL_ITEM = Item("", "全部机组排放总量", "tCO2", "E_month", "E", True)
# C.7, per unit; gas rates take the place of coal rates in gas-fired units
SIDE_ITEMS = (
    Item("", "供热比", "%", "alpha", "alpha_y"),
    Item("", "发电煤耗", "tce/MWh", "b_f", "b_f_y"),
    Item("", "供热煤耗", "tce/GJ", "b_r", "b_r_y"),
    Item("", "发电碳排放强度", "tCO2/MWh", "S_fd", "S_fd_y"),
    Item("", "供热碳排放强度", "tCO2/GJ", "S_gr", "S_gr_y"),
    Item("", "上网电量", "MWh", "W_sw", "W_sw_y"),
)
GAS_ITEMS = {
    "b_g": Item("", "供电气耗", "1e4Nm3/MWh", "g_g", "g_g_y"),
    "b_f": Item("", "发电气耗", "1e4Nm3/MWh", "g_f", "g_f_y"),
    "b_r": Item("", "供热气耗", "1e4Nm3/GJ", "g_r", "g_r_y"),
}

# C.2, per unit: the facts of a template that describe each piece of equipment
EQUIPMENT = (
    ("锅炉", ("boiler_name", "boiler_type", "boiler_number", "boiler_model", "boiler_capacity")),
    (
        "汽轮机",
        (
            "turbine_name", "turbine_type", "turbine_number", "turbine_model", "turbine_pressure",
            "turbine_power", "cooling",
        ),
    ),
    ("发电机", ("generator_name", "generator_number", "generator_model", "generator_power")),
)  # fmt: skip

# C.6: how the two laboratory figures are determined, by fact
LABORATORY = (
    ("低位发热量", (("确定方式", "ncv_tested_by"), ("检测设备", "ncv_equipment"), ("检测频次", "ncv_frequency"), ("设备校准频次",
    "ncv_calibration"), ("测定方法标准", "ncv_standard"))),
    ("元素碳含量", (("确定方式", "c_tested_by"), ("测定方法标准", "c_standard"))),
)  # fmt: skip
REPORT_COLUMNS = (
    ("报告编号", "report_number", 1.4), ("检测机构", "laboratory", 2.2), ("检测标准", "test_standard", 1.5),
)  # fmt: skip

# the formula appendix: steps in reading order
FORMULAS = (
    "FC", "NCV", "M_ar", "C_sample", "C_day_lab", "C_day", "C_batch_lab", "C_batch", "C_gas", "C_measured",
    "C_ar", "E_fuel", "E_burn",
    "AD_el", "E_el", "E_unit_month", "E_unit", "E", "FC_y", "NCV_y", "C_y", "W_fd", "Q_stream", "Q_gr",
    "t", "X", "X_y", "Q_side", "alpha",
    "alpha_y", "B_h", "b_f", "b_f_y", "b_r", "b_r_y", "g_f", "g_r", "W_dcy", "W_gd", "b_g",
    "b_g_y", "g_g", "S_fd", "S_fd_y", "S_gd", "S_gd_y", "S_gr", "S_gr_y",
    "P_bio",
)  # fmt: skip
