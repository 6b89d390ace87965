"""What tables C.1 and C.2 tell of the plant; every name and number is made up."""

from __future__ import annotations

from beiling.plant import Plant
from beiling.story import COAL, CREDIT_CODE, PERSON, UNITS


def describe(plant: Plant) -> None:
    """Facts of tables C.1 and C.2; every name and number is made up."""
    story = plant.story
    plant.tell(
        {}, entity_name="北岭热电有限公司", credit_code=CREDIT_CODE, nature="有限责任公司", representative="赵启明",
        registered_on="2006-08-18", registered_capital="180000", registered_address="北岭市河东区电厂路1号",
        production_address="北岭市河东区电厂路1号", coordinates="E106.2°，N38.5°", postcode="750000", contact=PERSON,
        phone="0951-0000000", email="carbon@beiling.example", authority="北岭省生态环境厅", industry="4412 热电联产",
        subclass="4412 热电联产", changes=story.changes, compiler="本单位自行编制",
        coal_laboratory="北岭市煤炭质量检验中心", coal_laboratory_code="91640000000000000X",
    )
    for u in UNITS:
        plant.tell(
        {"unit": u}, unit_name=f"{u}号机组", unit_category="常规燃煤", boiler_name="电站锅炉", boiler_type="煤粉炉",
        boiler_number=f"GL-{u}", boiler_model="HG-1950/25.4-YM", boiler_capacity="1950", turbine_name="汽轮机",
        turbine_type="抽凝式", turbine_number=f"QJ-{u}", turbine_model=story.turbines[u],
        turbine_pressure="超临界", turbine_power="600", cooling="水冷-闭式循环", generator_name="汽轮发电机",
        generator_number=f"FDJ-{u}", generator_model="QFSN-600-2", generator_power="600",
        )
        plant.tell(
        {"unit": u, "fuel": COAL}, fuel_rank="烟煤", fuel_origin=story.origin, fuel_bought="1350000",
        ncv_tested_by="自行检测", ncv_equipment="5E-C5500 量热仪", ncv_frequency="每日", ncv_calibration="每年",
        ncv_standard="GB/T 213—2008", c_tested_by="委托检测", c_standard="GB/T 476—2008",
        )
