"""What is said of a sign-in that cannot be read?

Every message is one of this closed list: none holds anything from a cell, so no person,
number or telephone can slip into one.
"""

from hengstats.errors import Fault
from hengstats.intake.result import Refusal

MOST_FAULTS = 100

# key: code; what is there; what to do; both in English.
TOLD = {
    "id_blank": (
        "missing_key",
        "没有写编号",
        "补上编号，或删去这一行",
        "there is no id; fill it in or remove the row",
    ),
    "id_rounded": (
        "id_precision_loss",
        "16 位以上的编号存成了数字，末几位已被表格软件抹掉",
        "从原系统重新导出，把这一列设为文本",
        "an id of 16 or more digits was kept as a number and has lost its last digits;"
        " export it again as text",
    ),
    "id_scientific": (
        "id_precision_loss",
        "编号写成了科学计数法，末几位已经看不出来",
        "从原系统重新导出，把这一列设为文本",
        "an id in scientific notation has lost its last digits; export it anew as text",
    ),
    "id_number": (
        "invalid_id",
        "编号是负数、小数、日期或是非值",
        "写成整数或文本",
        "the id is a negative, a fraction, a date or a truth value; write a whole"
        " number or text",
    ),
    "id_formula": (
        "formula_text",
        "编号以等号开头，像没有算出来的公式",
        "只留结果，存成文本",
        "the id begins with an equals sign like a formula; keep the result as text",
    ),
    "id_damaged": (
        "invalid_id",
        "编号里有无法辨认的字符",
        "从原系统重新导出",
        "the id holds characters that were lost in a conversion; export it again",
    ),
    "raised": (
        "ambiguous_number",
        "里面有上标或下标，像是注释的标记",
        "删去标记，或把它写成普通的字",
        "it holds a sign above or below the line, like the mark of a note; remove it",
    ),
    "control": (
        "control_character",
        "里面有看不见的控制字符或变向字符",
        "删去这些字符",
        "it holds invisible control or direction characters; remove them",
    ),
    "building_blank": (
        "missing_key",
        "楼宇空着",
        "补上楼宇名称，或删去这一行",
        "the building is blank; fill it in or remove the row",
    ),
    "building_name": (
        "invalid_name",
        "不能当作楼宇名称",
        "写成一行文字的楼宇名称",
        "it cannot be read as the name of a building; write a name on one line",
    ),
    "time_blank": (
        "missing_key",
        "签到时间空着",
        "补上时间，或删去这一行",
        "the sign-in time is blank; fill it in or remove the row",
    ),
    "time_unread": (
        "invalid_date",
        "不是认得的日期和时间",
        "写成 2019-03-04 20:05 这样",
        "it is no date and time that is known here; write it as 2019-03-04 20:05",
    ),
    "time_impossible": (
        "invalid_date",
        "没有这一天或这一时刻",
        "核对日期和时间",
        "there is no such day or time; check it",
    ),
    "time_future": (
        "invalid_date",
        "日期在今天之后",
        "核对日期",
        "the date lies in the future; check it",
    ),
    "time_early": (
        "invalid_date",
        "年份太早，像是软件的默认日期",
        "核对日期",
        "the year is too early, like the default date of some software; check it",
    ),
    "time_number": (
        "invalid_date",
        "是一个数，不是日期",
        "把这一列设为日期格式，或写成 2019-03-04 20:05 这样",
        "it is a number and no date; format the column as dates",
    ),
    "time_no_date": (
        "invalid_date",
        "只有时刻，没有日期",
        "写成 2019-03-04 20:05 这样",
        "it is a time of day without a date; write it as 2019-03-04 20:05",
    ),
    "time_span": (
        "invalid_date",
        "是一段时间，不是签到的时刻",
        "只留签到的时刻",
        "it is a span of time; keep the moment of the sign-in",
    ),
    "time_zone": (
        "invalid_date",
        "时区不认得",
        "写成 +08:00 或 Z，或只用北京时间不写时区",
        "its time zone is not known; write +08:00 or Z, or none for Shanghai time",
    ),
    "time_mixed": (
        "invalid_date",
        "有的时间写了时区，有的没有写，没写的不知是哪里的时间",
        "全部写上时区，或全部用北京时间不写时区",
        "some times have a zone and some have none; give all a zone, or none",
    ),
    "time_parts": (
        "schema_drift",
        "各部分不一致，有的时间带时区，有的不带",
        "让各部分的时间用同一种写法",
        "the parts disagree, some times have a zone and some have none",
    ),
    "time_int96": (
        "invalid_date",
        "时间用的是旧式 INT96，不知是否带时区",
        "另存为带时区的时间戳",
        "the times are INT96, which does not tell the zone; write timestamps with one",
    ),
    "time_two_digits": (
        "ambiguous_date",
        "年份只有两位",
        "写成四位年份",
        "the year has two digits only; write four",
    ),
    "time_order": (
        "ambiguous_date",
        "月和日谁先谁后看不出来",
        "写成 2019-03-04 20:05 这样",
        "the month cannot be told from the day; write it as 2019-03-04 20:05",
    ),
    "time_night": (
        "ambiguous_date",
        "晚上 12 点是这一天开始还是结束，看不出来",
        "写成 24 小时制",
        "twelve at night may begin or end that day; write it by the 24-hour clock",
    ),
    "member": (
        "invalid_value",
        "不是“是”或“否”",
        "写成是或否，不知道就空着",
        "it is neither yes nor no; write one of them or leave it blank",
    ),
    "hours": (
        "invalid_number",
        "不是一个小时数",
        "只写一个数，如 1.5",
        "it is no number of hours; write one number such as 1.5",
    ),
    "hours_span": (
        "ambiguous_number",
        "是一个范围，不是一个小时数",
        "只写一个数，如 1.5",
        "it is a range and no number of hours; write one number such as 1.5",
    ),
    "hours_negative": (
        "out_of_range",
        "时长小于零",
        "核对时长",
        "the hours are less than zero; check them",
    ),
    "error_cell": (
        "error_cell",
        "单元格是错误值",
        "在表格软件里改正公式",
        "the cell holds an error; correct its formula",
    ),
    "no_value": (
        "formula_no_value",
        "公式没有存下结果",
        "用表格软件打开，重新计算后保存",
        "the formula has no stored result; open, recalculate and save the workbook",
    ),
    "struck": (
        "invalid_value",
        "文字画了删除线，不知道算不算数",
        "删去这一行，或去掉删除线",
        "the text is struck through; remove the row or the line",
    ),
    "merged": (
        "merged_value",
        "合并单元格占了几栏，或把几个人合成了一个",
        "取消合并，每行各写一个",
        "a merged cell covers several columns, or several persons; write one in each"
        " row",
    ),
    "repeated_header": (
        "repeated_header",
        "表头在中间又出现了一次",
        "删去多出来的表头",
        "the head is repeated further down; remove the second one",
    ),
    "ragged": (
        "ragged_row",
        "栏数与表头不同",
        "检查是否多了或少了分隔符",
        "it has not as many fields as the head; look for a missing or extra separator",
    ),
    "no_header": (
        "missing_header",
        "没有找到表头",
        "加上一行表头：人员编号、活动编号、楼宇、签到时间",
        "no head was found; add one: person_id, event_id, building, timestamp",
    ),
    "no_rows": (
        "no_rows",
        "表头下面没有签到记录",
        "填入签到记录",
        "there are no sign-ins below the head; fill them in",
    ),
    "empty": (
        "empty_file",
        "表里没有内容",
        "选对文件",
        "there is nothing in it; choose the right file",
    ),
    "sheets_differ": (
        "schema_drift",
        "各工作表的表头不一致",
        "让每张工作表用同样的表头，或隐藏不是签到记录的表",
        "the heads of the sheets differ; make them the same, or hide other tables",
    ),
    "parts_differ": (
        "schema_drift",
        "各部分的栏名或类型不一致",
        "用同一种格式重新导出全部",
        "the columns or types of the parts differ; export all of them alike",
    ),
    "two_buildings": (
        "duplicate_key",
        "同一个人在同一场活动里签到于两座楼宇",
        "核对楼宇；活动编号重复使用的，每场各编一个",
        "one person signed in at one event in two buildings; check the building, and"
        " give each event its own id",
    ),
    "too_many_buildings": (
        "out_of_range",
        "楼宇名称多得不像楼宇",
        "核对哪一栏是楼宇",
        "there are too many names for buildings; check which column holds them",
    ),
    "corrupt": (
        "corrupt",
        "文件读不完",
        "重新导出",
        "the file cannot be read to its end; export it again",
    ),
    "no_room": (
        "too_large",
        "放临时文件的磁盘满了",
        "腾出空间，或用环境变量 TMPDIR 指到别处，再试",
        "the disk for temporary files is full; make room, or set TMPDIR to another",
    ),
    "too_large": (
        "too_large",
        "记录太多，内存或临时磁盘不够",
        "按年分开检查",
        "there are too many sign-ins for the memory or the disk; check year by year",
    ),
    "missing_person": (
        "missing_column",
        "没有人员编号一栏；姓名会重名，手机号会换人，都不能自动当作编号",
        "指明哪一栏认人：--person COLUMN --event COLUMN",
        "there is no person_id column, and a name or a telephone number is not taken"
        " for one; name the columns: --person COLUMN --event COLUMN",
    ),
    "missing_event": (
        "missing_column",
        "没有活动编号一栏；活动名称会重复，不能自动当作编号",
        "指明哪一栏认活动：--person COLUMN --event COLUMN",
        "there is no event_id column, and a title is not taken for one; name the"
        " columns: --person COLUMN --event COLUMN",
    ),
    "person_as_building": (
        "individual_level_column",
        "指作楼宇的一栏写的是个人，人名不能当楼宇存下",
        "指明哪一栏是楼宇：--column 楼宇=HEAD",
        "the column named for the building is about persons, whose names are never"
        " stored; name the one of buildings: --column building=HEAD",
    ),
    "named_after": (
        "individual_level_column",
        "文件或工作表以签到的人命名，名字会随文件名存下",
        "改名，如“2021年签到”",
        "file or sheet bear the name of a person who signed in, and the name of a file"
        " is stored; rename it",
    ),
    "missing_building": (
        "missing_column",
        "没有楼宇一栏",
        "加上“楼宇”一栏，或指明哪一栏是楼宇：--column 楼宇=HEAD",
        "there is no building column; add one, or name it: --column building=HEAD",
    ),
    "missing_time": (
        "missing_column",
        "没有签到时间一栏",
        "加上“签到时间”一栏，或指明哪一栏是时间：--column 签到时间=HEAD",
        "there is no sign-in time; add a column timestamp, or name it: --column"
        " timestamp=HEAD",
    ),
    "asked_person": (
        "missing_column",
        "--person 指明的一栏不在表头里",
        "照表头写栏名",
        "the column named by --person is not in the head; write it as the head does",
    ),
    "asked_event": (
        "missing_column",
        "--event 指明的一栏不在表头里",
        "照表头写栏名",
        "the column named by --event is not in the head; write it as the head does",
    ),
    "asked_column": (
        "missing_column",
        "--column 指明的一栏不在表头里",
        "照表头写栏名",
        "the column named by --column is not in the head; write it as the head does",
    ),
    "duplicate_column": (
        "duplicate_column",
        "有两栏说的是同一件事",
        "只留一栏",
        "two columns say the same; keep one",
    ),
}


class Unread(ValueError):
    """A cell that cannot be read; `key` is one of `TOLD`."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def fault(
    key: str, file: str, sheet: str = "", row: int | None = None, column: str = ""
) -> Fault:
    """Return what is told of a key at its place; `row` counts from 1."""
    return Refusal(*TOLD[key]).at(file, sheet, row, column)


def shorten(faults: list[Fault], total: int) -> tuple[Fault, ...]:
    """Return the first hundred faults, and one that says how many more there are."""
    shown = faults[:MOST_FAULTS]
    if total <= len(shown):
        return tuple(shown)
    more = total - len(shown)
    last = Refusal(
        shown[-1].code,
        f"另有 {more} 处问题没有列出",
        "先改正已列出的，再检查一次",
        f"{more} more faults are not listed; mend these and check again",
    )
    return (*shown, last.at(shown[-1].file))
