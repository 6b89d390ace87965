"""Calendars: working days and deadlines, month cut-offs, settlement cycles.

Lives here: `cn.toml`, one table a year with the State Council notice that it follows; the counting of
working days; the closing of cycles over a period. May not live here: which deadline or cut-off a rule or a
plant sets, that is a library row or a declaration of the plant. May be imported by every room.
"""

from tanheng.kernel.calendars.cycles import Cycle, MonthRule, close_over
from tanheng.kernel.calendars.workdays import (
    Break,
    YearNotice,
    add_natural_days,
    add_working_days,
    count_working_days,
    is_working_day,
    notices,
)

__all__ = [
    "Break",
    "Cycle",
    "MonthRule",
    "YearNotice",
    "add_natural_days",
    "add_working_days",
    "close_over",
    "count_working_days",
    "is_working_day",
    "notices",
]
