"""What the words around figures say: heads, labels of rows, notes, titles, names."""

import tomllib
from importlib import resources

import pytest
from sheets import book, csv, look, merge, told

BESIDE = "2016,甲大厦,1,5"


def cells(found):
    """Return year, column, unit and number of each figure, or the codes of errors."""
    if found.errors:
        return [fault.code for fault in found.errors]
    return [(c.year, c.column, c.unit, float(c.number)) for c in found.cells]


YI, WAN, MILLION = "100 million yuan", "10000 yuan", "million yuan"
HEADS = {
    YI: "税收(亿元)|税收（亿元）|税收【亿元】|税收［亿元］|税收/亿元|税收:亿元"
    "|税收：亿元|税收 亿元|税收_亿元|税收-亿元|税收，亿元|税收亿元|税 收\n（ 亿元 ）"
    "|税收（单位：亿元）|税收(全口径)(亿元)|税收（亿元，全口径）|税收总额（亿元）*"
    "|稅收總額(亿元)|属地税收 (亿元)|年税收（亿元）：|税收（亿元）①|税收【注1】（亿元）"
    "|税收(亿元|Tax [100 million yuan]|tax_yi",
    MILLION: "Tax (CNY million)|TAX REVENUE, CNY million|Tax in CNY million"
    "|tax_cny_million",
    WAN: "tax_wan",
    "billion yuan": "ｔａｘ（ＣＮＹ ｂｎ）",
}


@pytest.mark.parametrize(
    ("head", "unit"), [(h, unit) for unit in HEADS for h in HEADS[unit].split("|")]
)
def test_a_unit_stands_in_a_head_in_every_usual_form(head, unit, tmp_path):
    found = look(tmp_path, csv(f'年份,楼宇,"{head}"\n2016,甲大厦,1'))
    assert [(c.column, c.unit, c.year) for c in found.cells] == [("tax", unit, 2016)]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("members", "年末党员数 党员数 党员人数 党员总数 黨員數 黨員總數 Members"),
        ("branches", "党支部数 支部数 黨支部數 Branches"),
        ("enterprises", "企业数 入驻企业数 企業數 入駐企業數 Enterprises"),
        ("events", "活动场次 活动数 活動場次 Events"),
        ("attendances", "参与人次 參與人次 Attendances"),
        ("participants", "参与人数 參與人數 Participants"),
        ("", "序号 編號 No. 备注 備註 Remarks"),  # dropped without a word
    ],
)
def test_every_name_of_a_count_is_known_in_three_scripts(kind, names, tmp_path):
    for name in names.split():
        found = look(tmp_path, csv(f"年份,楼宇,税收(亿元),{name}\n{BESIDE}"))
        assert [cell.column for cell in found.cells] == ["tax", kind][: 1 + bool(kind)]
        assert found.warnings == ()


@pytest.mark.parametrize(
    ("place", "names"),
    [
        (0, "年份 年度 时间 時間 Year"),
        (1, "楼宇 楼宇名称 大厦 大厦名称 楼盘 所在楼宇 樓宇名稱 大廈 Building"),
        (2, "税收 税收总额 年税收 全口径税收 属地税收 稅收 屬地稅收 Tax"),
    ],
)
def test_every_name_of_what_must_be_there_is_known(place, names, tmp_path):
    for name in names.split():
        heads = ["年份", "楼宇", "税收"]
        heads[place] = name
        found = look(tmp_path, csv(f"单位：亿元\n{','.join(heads)}\n2016,甲大厦,1"))
        assert cells(found) == [(2016, "tax", "100 million yuan", 1)]


@pytest.mark.parametrize(
    "head",
    "税收同比 税收增幅(%) 税收增减 占比 较上年增长 税收（预计） 2022年税收目标"
    " 上半年税收(亿元) 人均税收(万元) 其中：区级税收 Tax|growth Tax|per|capita"
    " 区级税收 国税 党员人述 党组织数 女党员数 税收(企业所得税)".split(),
)
def test_a_change_a_share_an_outlook_or_a_stranger_is_no_figure(head, tmp_path):
    head = head.replace("|", " ")
    found = look(tmp_path, csv(f"年份,楼宇,税收(亿元),{head}\n{BESIDE}"))
    assert [cell.column for cell in found.cells] == ["tax"]
    assert [(w.code, w.column) for w in found.warnings] == [("ignored_column", head)]
    nearest = "最接近的已知表头是“党员人数”" in found.warnings[0].message
    assert nearest == (head == "党员人述")


@pytest.mark.parametrize(
    "head",
    "姓名 身份证号 手机 联系电话 聯絡人 Name phone person_id"
    " 联系人电话 联系人手机 负责人电话 联系人/电话 负责人及电话 联系电话1"
    " 电话(负责人) 楼宇负责人 樓宇負責人 楼宇书记 党委书记 员工姓名"
    " 填表人 经办人 报送人 年龄 职务 楼宇(联系人) contact_phone secretary_name".split(),
)
def test_a_head_that_is_or_ends_with_a_word_of_persons_is_about_persons(head, tmp_path):
    found = look(tmp_path, csv(f"年份,楼宇,税收(亿元),{head}\n{BESIDE}"))
    assert told(found) == {"errors": (("individual_level_column", 1, head),)}


@pytest.mark.parametrize(
    "head",
    "书记处 电话会议场次 书记工作室数 党员数(含书记) 负责人数 经理人数 联系人次"
    " 书记项目 手机企业数 物业公司 property_manager".split(),
)
def test_a_head_that_only_holds_such_a_word_is_not(head, tmp_path):
    assert not look(tmp_path, csv(f"年份,楼宇,税收(亿元),{head}\n{BESIDE}")).errors


@pytest.mark.parametrize(
    ("heads", "year", "column"),
    [
        ("2017年税收(亿元) 税收2017(亿元) 税收(2017年)(亿元)", 2017, "tax"),
        ("2017 2017年 FY2017 二〇一七年 2017/12/31 2017年12月31日", 2017, "tax"),
        ("民国110年 2021年1-12月", 2021, "tax"),
        ("2017年党员数 2017年末党员数", 2017, "members"),
    ],
)
def test_a_year_stands_before_behind_or_inside(heads, year, column, tmp_path):
    for head in heads.split():
        text = f"重点楼宇税收（亿元）,,\n楼宇,2016年税收(亿元),{head}\n甲大厦,1,1"
        found = look(tmp_path, csv(text)).cells
        assert [(c.year, c.column) for c in found] == [(2016, "tax"), (year, column)]


def test_a_hundred_million_is_no_year_and_neither_is_a_span(tmp_path):
    heads = "年份,楼宇,Tax (100 million yuan),2016-2020年税收"
    found = look(tmp_path, csv(f"{heads}\n{BESIDE}"))
    assert [(c.column, c.number) for c in found.cells] == [("tax", 1)]


@pytest.mark.parametrize(
    ("lines", "column", "unit"),
    [
        ("2016年|税收(亿元)", "tax", YI),
        ("税收(亿元)|2016", "tax", YI),
        ("税收|全口径|(亿元)", "tax", YI),
        ("税收(亿元)|Tax", "tax", YI),
        ("税收(亿元)|总额", "tax", YI),
        ("税收|本年(亿元)", "tax", YI),
        ("2016年|税收|本年数（万元）", "tax", WAN),
        ("党支部|数量(个)", "branches", "branches"),
        ("党建情况|党员数", "members", "persons"),
        ("活动|人数", "participants", "persons"),
        *[(lines, "", "") for lines in ("税收(亿元)|区级", "税收(亿元)|增幅")],
        *[(lines, "", "") for lines in ("税收|上年(亿元)", "税收|区级(亿元)")],
        ("2022年计划|税收(亿元)", "", ""),
    ],
)
def test_the_lines_of_a_head_say_one_thing_together(lines, column, unit, tmp_path):
    first, *others = lines.split("|")
    deep = 1 + len(others)
    rows = [["年份", "楼宇", first, "税收(亿元)"], *([None, None, o] for o in others)]
    if column == "tax":
        del rows[0][3]
    merged = merge(f"A1:A{deep}", f"B1:B{deep}", *[f"D1:D{deep}"] * (column != "tax"))
    found = look(tmp_path, book([*rows, [2016, "甲大厦", 3, 1]], merged))
    expected = {"tax": YI} | ({column: unit} if column else {})
    assert {cell.column: cell.unit for cell in found.cells} == expected


LISTS = tomllib.loads(
    resources.files("hengstats").joinpath("intake/heads.toml").read_text("utf-8")
)


def test_every_list_stands_in_three_scripts():
    entries = [entry for section in LISTS.values() for entry in section.values()]
    assert {len(entry) for entry in entries} == {3}
    assert all(script for entry in entries for script in entry)


def test_no_head_means_two_things():
    meant = {}
    for kind, scripts in LISTS["key"].items():
        for name in "|".join(scripts).split("|"):
            meant.setdefault(name, set()).add(kind)
    assert [name for name, kinds in meant.items() if len(kinds) > 1] == []


# Where the head stands.

LONG = "年份,楼宇,税收(亿元)\n"


@pytest.mark.parametrize(
    "text",
    [
        "年份,2021,\n" + LONG + "2016,甲大厦,1",  # a field of a form
        "楼宇,示例大厦,年份,2021\n\n" + LONG.strip() + ",\n2016,甲大厦,1,",
        "示例街道,,2021年5月\n" + LONG + "2016,甲大厦,1",
        LONG + "2016,甲大厦,1\n2017,甲大厦,暂无",
        LONG + "2017,甲大厦,暂无\n2016,甲大厦,1",  # no second line of the head
        LONG + "甲,乙,1\n2016,甲大厦,1",
        LONG + "栏次,,1\n2016,甲大厦,1",
        LONG + "栏次,1,2\n2016,甲大厦,1",
        LONG + "1,2,3\n2016,甲大厦,1",
        LONG + "(1),(2),（3）\n2016,甲大厦,1",
        "楼宇,2016年,备注\n,税收(亿元),\n甲大厦,1,2",  # no group over 备注
    ],
)
def test_the_head_and_the_first_row_are_found(text, tmp_path):
    assert cells(look(tmp_path, csv(text))) == [(2016, "tax", "100 million yuan", 1)]


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("1,2,3\n2,4,5", {"1", "2"}),
        ("1,2,3", {"1"}),
        ("甲,1,2\n乙,3,4", {"甲", "乙"}),
        ("A,1,2", {"A"}),
        ("甲,1,2\n示例大厦,3,4", {"示例大厦"}),
        ("甲,暂无,—\n乙,3,4", {"甲", "乙"}),
    ],
)
def test_a_building_of_one_sign_is_no_number_of_a_column(rows, names, tmp_path):
    found = look(tmp_path, csv(f"税收（亿元）,,\n楼宇,2016,2017\n{rows}"))
    assert {name for _, name in found.rows} == names


@pytest.mark.parametrize("row", ["1,2,4", "1,2,"])
def test_numbers_out_of_order_or_number_are_a_row(row, tmp_path):
    found = look(tmp_path, csv(LONG + row + "\n2016,甲大厦,1"))
    assert told(found)["errors"][0] == ("invalid_year", 2, "年份")


# The lines around a table.


@pytest.mark.parametrize(
    ("unit", "notes"),
    [
        (WAN, "单位：万元|计量单位:万元|单位,万元|单位：,万元|注：税收单位为万元。"),
        (WAN, "填报单位：示例街道    单位：万元"),
        (YI, "（单位：亿元、人）|單位：億元"),
        (MILLION, "Unit: CNY million"),
        ("unit_mismatch", "单位：美元"),
        ("unit_unknown", "单位：百元"),
        ("unit_conflict", "单位：万元\n单位：亿元"),
        ("unit_missing", "填报单位：示例街道|主管单位：示例区|单位：平方米|单位：%"),
        ("unit_missing", "单位：示例街道办事处|税收情况表（示例区）"),
    ],
)
def test_a_note_states_units_and_an_office_is_none(unit, notes, tmp_path):
    for note in notes.split("|"):
        found = look(tmp_path, csv(f"{note}\n年份,楼宇,税收\n2016,甲大厦,1000"))
        units = [fault.code for fault in found.errors] + [c.unit for c in found.cells]
        assert units == [unit]


def test_a_note_gives_each_measure_its_unit(tmp_path):
    heads = "年份,楼宇,税收,党员数,活动场次"
    found = look(tmp_path, csv(f"单位：万元、人、场次\n{heads}\n2016,甲大厦,1,2,3"))
    assert [c.unit for c in found.cells] == ["10000 yuan", "persons", "events"]


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("2016-2020年重点楼宇税收情况表", True),
        ("楼宇企业税收一览", True),
        ("Tax of buildings", True),
        ("樓宇黨員數統計", False),
        ("税收与党员数", False),
        ("楼宇租金情况", False),
        ("税收增幅", False),
        ("2022年税收目标", False),
    ],
)
def test_a_title_names_tax_or_does_not(title, named, tmp_path):
    found = look(tmp_path, csv(f"{title}\n单位：亿元\n楼宇,2016,2017\n甲大厦,1,2"))
    assert cells(found)[0] == (
        (2016, "tax", "100 million yuan", 1) if named else "missing_column"
    )


@pytest.mark.parametrize(
    ("name", "year"),
    [
        *[("2019", 2019), ("2019年", 2019), ("2019年楼宇税收", 2019), ("FY2019", 2019)],
        *[("2019-2021", None), ("2019年1季度", None), ("2022年预计", None)],
        ("Sheet1", None),
    ],
)
def test_a_sheet_is_named_after_a_year_or_not(name, year, tmp_path):
    found = look(tmp_path, book(**{name: [["楼宇", "税收(亿元)"], ["甲大厦", 1]]}))
    assert [row[0] for row in found.rows] == ([year] if year else [])


@pytest.mark.parametrize(
    ("title", "mend"),
    [
        ("2021年楼宇税收", "每行写上 2021年"),
        ("填报日期：2021年", "加一栏“年份”。"),
        ("2021年5月", "加一栏“年份”。"),
        ("2016-2021年", "加一栏“年份”。"),
    ],
)
def test_a_title_states_a_year_and_a_date_states_none(title, mend, tmp_path):
    found = look(tmp_path, csv(f"{title}\n楼宇,税收(亿元)\n甲大厦,1"))
    assert mend in found.errors[0].message


# The labels of rows.


@pytest.mark.parametrize(
    "label",
    "合计|合 计|总计|總計|2019年合计|合计（12幢）|Grand Total|2019 Total|小计|本页小计"
    "|本頁合計|Page total|示例街道合计|East Street Total|税收合计|全区合计|重点楼宇合计"
    "|示例街道小计|Subtotal|平均值|累计|其中：外资|承前页|過次頁|Average|全区".split(
        "|"
    ),
)
def test_a_total_is_never_a_building(label, tmp_path):
    found = look(tmp_path, csv(f"{LONG}2019,甲大厦,1\n,{label},1"))
    assert (found.errors, found.rows) == ((), ((2019, "甲大厦"),))
    with_year = look(tmp_path, csv(f"{LONG}2019,甲大厦,1\n2019,{label},1"))
    assert with_year.rows == ((2019, "甲大厦"),)


@pytest.mark.parametrize(
    "name",
    "示例大厦|合计大厦|平均路一号|Total Plaza|Golden Mean|注册大厦|日期大厦|来源广场"
    "|2016|12|共和大厦|一百大厦".split("|"),
)
def test_a_building_is_no_total_and_no_footer(name, tmp_path):
    found = look(tmp_path, csv(f"楼宇,年份,税收(亿元)\n甲大厦,2019,1\n{name},2019,1"))
    assert found.rows == ((2019, "甲大厦"), (2019, name))


@pytest.mark.parametrize(
    "text",
    "注 注：税收 说明： 備註：甲 资料来源：示例 制表：某 填表人： 审核人"
    " 填报日期：2021-01-05 共12条记录 共3家 第1页共2页 以上数据截至年底"
    " Source:x Notes 2018年3月5日 一、亿元楼 （二）其他".split(),
)
def test_a_footer_or_a_heading_is_no_row(text, tmp_path):
    found = look(tmp_path, csv(f"楼宇,年份,税收(亿元)\n甲大厦,2019,1\n{text},,"))
    assert (found.errors, found.rows) == ((), ((2019, "甲大厦"),))
