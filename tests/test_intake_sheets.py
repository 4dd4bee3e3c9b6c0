"""Real files as offices make them: what each is, how it is made, what must come of it.

The name of a case says what the file is; `pytest --collect-only -q` lists them. Every
figure is invented.
"""

import datetime as dt

import pytest
from openpyxl.styles import Font
from sheets import (
    HEAD,
    TWO_YEARS,
    accept,
    book,
    csv,
    look,
    merge,
    parquet,
    put,
    refuse,
    stored,
    told,
)

from hengstats.intake import check

PAIR = ["2016 示例大厦 tax=26.3 members=409", "2017 示例大厦 tax=32 members=548"]


def offset(rows, down, right):
    """Return rows that begin further down and to the right."""
    return [[]] * down + [[None] * right + list(row) for row in rows]


def hide(sheet):
    """Hide a sheet."""
    sheet.sheet_state = "hidden"


CASES = {
    # Formats and encodings
    "csv in utf-8": (
        csv(
            "年份,楼宇,税收(亿元),党员数\n2016,示例大厦,26.3,409\n2017,示例大厦,32,548"
        ),
        accept(*PAIR),
    ),
    "csv of Excel, utf-8 with mark, semicolons, CRLF": (
        csv("年份;楼宇;税收(亿元)\n2016;示例大厦;26.3", "utf-8-sig", newline="\r\n"),
        accept("2016 示例大厦 tax=26.3"),
    ),
    "csv in GB18030 with a sep= line": (
        csv("sep=;\n年份;楼宇;税收(亿元)\n2016;示例大厦;26.3", "gb18030"),
        accept("2016 示例大厦 tax=26.3"),
    ),
    "csv in Big5, traditional heads": (
        csv(
            "單位：萬元、人,,,\n年度,大樓名稱,稅收總額,黨員人數\n"
            "2016,示例大廈,1000,20\n合計,,1000,20\n資料來源：示例,,,",
            "big5",
        ),
        accept("2016 示例大廈 tax=0.1 members=20"),
    ),
    "tsv in UTF-16": (
        csv("年份\t楼宇\t税收(亿元)\n2016\t示例大厦\t26.3", "utf-16", "sheet.tsv"),
        accept("2016 示例大厦 tax=26.3"),
    ),
    "csv with CR alone and quoted line breaks in the head": (
        csv('年份,楼宇,"税收 (亿元)"\n2016,示例大厦,26.3', newline="\r"),
        accept("2016 示例大厦 tax=26.3"),
    ),
    "workbook": (book(TWO_YEARS), accept(*PAIR)),
    # Heads
    "heads in English with a source line": (
        csv(
            "Year,Building,Tax (CNY million),Members,Branches\n"
            "FY2016,Example Tower,2630,409,12\n2017,Example Tower,3200,548,13\n"
            "Total,,5830,,\nSource: example,,,,"
        ),
        accept(
            "2016 Example Tower tax=26.3 members=409 branches=12",
            "2017 Example Tower tax=32 members=548 branches=13",
        ),
    ),
    "all seven measures, any order, other synonyms": (
        csv(
            "参加人数,活动数,楼盘,年度,参加人次,入驻企业数,党支部数,党员总数,全口径税收（亿元）\n"
            "900,12,示例大厦,2016年度,1500,300,20,409,26.3"
        ),
        accept(
            "2016 示例大厦 tax=26.3 members=409 branches=20 enterprises=300 events=12"
            " attendances=1500 participants=900"
        ),
    ),
    "line breaks and full-width brackets in heads": (
        book(
            [
                ["年 份", "楼宇\n名称", "税收\n（亿元）", "党员数\n（人）"],
                *TWO_YEARS[1:],
            ]
        ),
        accept(*PAIR),
    ),
    "bilingual heads": (
        csv("年份/Year,楼宇 Building,税收 Tax (CNY million)\n2016,示例大厦,2630"),
        accept("2016 示例大厦 tax=26.3"),
    ),
    "a second line of heads in English": (
        csv(
            "年份,楼宇,税收(亿元),党员数\nYear,Building,Tax,Members\n2016,示例大厦,1,2"
        ),
        accept("2016 示例大厦 tax=1 members=2"),
    ),
    "column names of a data file": (
        csv("year,building,tax_yi,members\n2016,示例大厦,26.3,409"),
        accept("2016 示例大厦 tax=26.3 members=409"),
    ),
    "a serial number, remarks, growth and an unknown number": (
        csv(
            "序号,年份,楼宇,税收(亿元),同比(%),建筑面积(万平方米),区级税收,备注\n"
            "1,2016,示例大厦,1,12%,3.5,0.4,好"
        ),
        accept("2016 示例大厦 tax=1", warnings=["ignored_column"] * 3),
    ),
    "numbers without a head": (
        csv("年份,楼宇,税收(亿元),\n2016,示例大厦,1,77"),
        accept("2016 示例大厦 tax=1", warnings=["ignored_column"]),
    ),
    "the index of a data frame": (
        csv(",年份,楼宇,税收(亿元)\n0,2016,示例大厦,1\n1,2017,示例大厦,2"),
        accept("2016 示例大厦 tax=1", "2017 示例大厦 tax=2"),
    ),
    "no building and no tax": (
        csv("年度,名称,产值\n2016,示例大厦,1"),
        refuse(("missing_column", 1, "楼宇"), ("missing_column", 1, "税收")),
    ),
    "only an outlook of tax": (
        csv("年份,楼宇,税收(预计)(亿元)\n2016,示例大厦,1"),
        refuse(("missing_column", 1, "税收")),
    ),
    "no head": (
        csv("2016,示例大厦,1\n2017,示例大厦,2"),
        refuse(("missing_header", 1, "")),
    ),
    "two columns of tax": (
        csv("年份,楼宇,税收(全口径)(亿元),税收(属地)(亿元)\n2016,示例大厦,1,0.5"),
        refuse(("duplicate_column", 1, "税收(属地)(亿元)")),
    ),
    "two columns of tax, one of them named": (
        csv("年份,楼宇,税收(全口径)(亿元),税收(属地)(亿元)\n2016,示例大厦,1,0.5"),
        accept(
            "2016 示例大厦 tax=1",
            warnings=["ignored_column"],
            columns={"tax": "税收(全口径)(亿元)"},
        ),
    ),
    "a column of tax that is not there is named": (
        csv("年份,楼宇,税收(亿元)\n2016,示例大厦,1"),
        refuse(("missing_column", 1, "税收(全口径)"), columns={"tax": "税收(全口径)"}),
    ),
    "contacts and telephones": (
        csv("年份,楼宇,税收(亿元),联系人,联系电话\n2016,示例大厦,1,某某,13800000000"),
        refuse(
            ("individual_level_column", 1, "联系人"),
            ("individual_level_column", 1, "联系电话"),
        ),
    ),
    # Units
    "unit in a note, right above the head": (
        csv(
            "重点楼宇情况表,,,\n填报单位：示例街道,,,单位：万元、人\n"
            "年份,楼宇,税收,党员数\n2016,示例大厦,263000,409"
        ),
        accept("2016 示例大厦 tax=26.3 members=409"),
    ),
    "unit in a cell beside its label": (
        csv("单位,万元,\n年份,楼宇,税收\n2016,示例大厦,1000"),
        accept("2016 示例大厦 tax=0.1"),
    ),
    "unit in the brackets of the title": (
        csv("楼宇税收一览表（万元）,,\n年份,楼宇,税收\n2016,示例大厦,1000"),
        accept("2016 示例大厦 tax=0.1"),
    ),
    "unit below the table": (
        csv("年份,楼宇,税收\n2016,示例大厦,1000\n注：税收单位为万元,,"),
        accept("2016 示例大厦 tax=0.1"),
    ),
    "units in a line below the head": (
        csv("年份,楼宇,税收,党员数\n,,(万元),(人)\n2016,示例大厦,1000,3"),
        accept("2016 示例大厦 tax=0.1 members=3"),
    ),
    "units in the cells": (
        csv("年份,楼宇,税收\n2016,示例大厦,1.5亿元\n2017,示例大厦,15600万元"),
        accept("2016 示例大厦 tax=1.5", "2017 示例大厦 tax=1.56"),
    ),
    "a unit of the cell against the head": (
        csv("年份,楼宇,税收(亿元)\n2016,示例大厦,15000万元"),
        accept("2016 示例大厦 tax=1.5"),
    ),
    "a column of units against the head": (
        csv(
            "年份,楼宇,税收(亿元),单位\n2016,示例大厦,1.5,亿元\n2017,示例大厦,15600,万元"
        ),
        accept("2016 示例大厦 tax=1.5", "2017 示例大厦 tax=1.56"),
    ),
    "a column of units at the far end": (
        csv("年份,楼宇,税收,党员数,单位\n2016,甲大厦,15600,20,万元"),
        accept("2016 甲大厦 tax=1.56 members=20"),
    ),
    "a unit column after each measure": (
        csv("年份,楼宇,税收,单位,参与人次,单位\n2016,示例大厦,1.5,亿元,0.031,万人次"),
        accept("2016 示例大厦 tax=1.5 attendances=310"),
    ),
    "a column 单位 that names offices": (
        csv("年份,楼宇,税收(亿元),单位\n2016,示例大厦,1.5,示例公司"),
        accept("2016 示例大厦 tax=1.5"),
    ),
    "tens of thousands of visits": (
        csv("年份,楼宇,税收(亿元),参与人次(万人次)\n2016,示例大厦,1,0.031"),
        accept("2016 示例大厦 tax=1 attendances=310"),
    ),
    "no unit": (
        csv("年份,楼宇,税收,党员数\n2016,示例大厦,1,2\n2017,示例大厦,2,3"),
        refuse(("unit_missing", 1, "税收")),
    ),
    "a unit in one cell only": (
        csv("年份,楼宇,税收\n2016,示例大厦,1亿元\n2017,示例大厦,2"),
        refuse(("unit_missing", 3, "税收")),
    ),
    "head against note": (
        csv("单位：万元,,\n年份,楼宇,税收(亿元)\n2016,示例大厦,1"),
        refuse(("unit_conflict", 2, "税收(亿元)")),
    ),
    "head and note agree": (
        csv("单位：亿元,,\n年份,楼宇,税收(亿元)\n2016,示例大厦,1"),
        accept("2016 示例大厦 tax=1"),
    ),
    "dollars in the head": (
        csv("年份,楼宇,税收(万美元)\n2016,示例大厦,1"),
        refuse(("unit_mismatch", 1, "税收(万美元)")),
    ),
    "dollars in the note": (
        csv("单位：美元,,\n年份,楼宇,税收\n2016,示例大厦,1"),
        refuse(("unit_mismatch", 1, "")),
    ),
    # Jumps
    "a thousandfold in a year": (
        csv("年份,楼宇,税收(亿元)\n2017,示例大厦,1000\n2016,示例大厦,1"),
        refuse(("suspected_unit_change", 2, "税收(亿元)")),
    ),
    "a thousandth of the members": (
        csv("年份,楼宇,税收(亿元),党员数\n2016,示例大厦,1,3000\n2018,示例大厦,1,3"),
        refuse(("suspected_unit_change", 3, "党员数")),
    ),
    "999 times, and up from zero": (
        csv("年份,楼宇,税收(亿元),党员数\n2016,示例大厦,1,0\n2017,示例大厦,999,5000"),
        accept(
            "2016 示例大厦 tax=1 members=0",
            "2017 示例大厦 tax=999 members=5000",
            warnings=["large_change"],
        ),
    ),
    # Cells
    "qualifiers": (
        csv(
            "年份,楼宇,税收(亿元),党员数\n2016,示例大厦,近300,<10\n2017,示例大厦,逾310,30-35\n"
            "2018,示例大厦,约320,409"
        ),
        accept(
            "2016 示例大厦 tax=300",
            "2017 示例大厦 tax=310",
            "2018 示例大厦 tax=320 members=409",
            flags=[
                "2016 示例大厦 tax upper_bound",
                "2016 示例大厦 members upper_bound",
                "2017 示例大厦 tax lower_bound",
                "2017 示例大厦 members range",
                "2018 示例大厦 tax approx",
            ],
            warnings=["large_change"],  # from 30-35 members to 409
        ),
    ),
    "missing is not zero": (
        csv("年份,楼宇,税收(亿元),党员数\n2016,示例大厦,—,暂无\n2017,示例大厦,,0"),
        accept("2016 示例大厦", "2017 示例大厦 members=0"),
    ),
    "every fault at once": (
        csv(
            '年份,楼宇,税收(亿元),党员数\n16,示例大厦,"1,62",3.5\n'
            "2017,示例大厦,12%,-3\n2030,,1,2"
        ),
        refuse(
            ("invalid_year", 2, "年份"),
            ("ambiguous_number", 2, "税收(亿元)"),
            ("non_integer_count", 2, "党员数"),
            ("unit_mismatch", 3, "税收(亿元)"),
            ("negative_count", 3, "党员数"),
            ("invalid_year", 4, "年份"),
            ("missing_key", 4, "楼宇"),
        ),
    ),
    "stored results of formulas": (
        stored(book(TWO_YEARS), "C2", "13+13.3"),
        accept(*PAIR),
    ),
    "a formula without a stored result": (
        book([HEAD, [2016, "示例大厦", "=13+13.3", 409]]),
        refuse(("formula_no_value", 2, "税收(亿元)")),
    ),
    "an error in a figure": (
        book([HEAD, [2016, "示例大厦", "#REF!", 409]]),
        refuse(("error_cell", 2, "税收(亿元)")),
    ),
    "an error in a remark": (
        book([[*HEAD, "备注"], [2016, "示例大厦", 26.3, 409, "#REF!"]]),
        accept(PAIR[0]),
    ),
    "a figure struck through": (
        book(TWO_YEARS, put("C2", font=Font(strike=True))),
        refuse(("ambiguous_number", 2, "税收(亿元)")),
    ),
    "tax formatted as percent": (
        book(TWO_YEARS, put("C2", number_format="0%")),
        refuse(("unit_mismatch", 2, "税收(亿元)")),
    ),
    # Years and names
    "a date shown as a year": (
        book(TWO_YEARS, put("A2", value=dt.datetime(2016, 5, 1), number_format="yyyy")),
        accept(*PAIR),
    ),
    "a date shown as a day": (
        book(
            TWO_YEARS,
            put("A2", value=dt.datetime(2016, 5, 1), number_format="yyyy-mm-dd"),
        ),
        refuse(("invalid_year", 2, "年份")),
    ),
    "years missing, for all and for one": (
        csv("年份,楼宇,税收(亿元)\n2016,示例大厦,1\n2018,示例大厦,2\n2016,样例中心,1"),
        accept(
            "2016 示例大厦 tax=1",
            "2018 示例大厦 tax=2",
            "2016 样例中心 tax=1",
            warnings=["missing_year", "missing_year"],
        ),
    ),
    "names that differ by a star": (
        csv("年份,楼宇,税收(亿元)\n2016,星河中心,1\n2016,星河中心*,2"),
        accept(
            "2016 星河中心 tax=1", "2016 星河中心* tax=2", warnings=["similar_names"]
        ),
    ),
    "two rows that become one key": (
        csv("年份,楼宇,税收(亿元)\n2016,示例大厦A,1\n2016年, 示例大厦Ａ ,2"),
        refuse(("duplicate_key", 3, "楼宇")),
    ),
    "blank keys": (
        csv("年份,楼宇,税收(亿元)\n2016,示例大厦,1\n,示例大厦,2\n2017,,3\n,,4"),
        refuse(
            ("missing_key", 3, "年份"),
            ("missing_key", 4, "楼宇"),
            ("missing_key", 5, "楼宇"),
        ),
    ),
    # Merged and hidden
    "merged years": (
        book(
            [
                HEAD,
                [2016, "甲大厦", 1, 2],
                [None, "乙大厦", 3, 4],
                [2017, "甲大厦", 5, 6],
            ],
            merge("A2:A3"),
        ),
        accept(
            "2016 甲大厦 tax=1 members=2",
            "2016 乙大厦 tax=3 members=4",
            "2017 甲大厦 tax=5 members=6",
            warnings=["missing_year"],
        ),
    ),
    "merged buildings with subtotals": (
        book(
            [
                ["楼宇", "年份", "税收(亿元)"],
                *[["甲大厦", 2016, 1], [None, 2017, 2], [None, "小计", 3]],
                *[["乙大厦", 2016, 4], [None, 2017, 5], [None, "小计", 9]],
                ["合计", None, 12],
            ],
            merge("A2:A4", "A5:A7", "A8:B8"),
        ),
        accept(
            "2016 甲大厦 tax=1",
            "2017 甲大厦 tax=2",
            "2016 乙大厦 tax=4",
            "2017 乙大厦 tax=5",
        ),
    ),
    "a blank year that is not merged": (
        book([HEAD, [2016, "甲大厦", 1, 2], [None, "乙大厦", 3, 4]]),
        refuse(("missing_key", 3, "年份")),
    ),
    "a merged figure": (
        book([HEAD, [2016, "甲大厦", 1, 2], [2017, "甲大厦", None, 4]], merge("C2:C3")),
        refuse(("merged_value", 2, "税收(亿元)")),
    ),
    "a hidden row and a hidden column": (
        book(TWO_YEARS, put("3", hidden=True), put("D", hidden=True)),
        accept(*PAIR, warnings=["hidden_rows", "hidden_columns"]),
    ),
    # Totals and lines that are no buildings
    "subtotals by street and a total": (
        csv(
            "街道,楼宇,年份,税收(亿元)\n甲街道,甲大厦,2016,1.5\n甲街道,乙大厦,2016,2\n小计,,,3.5\n"
            "乙街道,丙大厦,2016,4\n小计,,,4\n合计,,,7.5"
        ),
        accept("2016 甲大厦 tax=1.5", "2016 乙大厦 tax=2", "2016 丙大厦 tax=4"),
    ),
    "a total above its rows": (
        csv(
            "年份,楼宇,税收(亿元),党员数\n2016,合计,3.5,30\n2016,甲大厦,1.5,10\n2016,乙大厦,2,20"
        ),
        accept("2016 甲大厦 tax=1.5 members=10", "2016 乙大厦 tax=2 members=20"),
    ),
    "totals of two years below": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1.5\n2016,乙大厦,2\n2017,甲大厦,2\n2017,乙大厦,3\n"
            "2016,合计,3.5\n2017年,合 计,5"
        ),
        accept(
            "2016 甲大厦 tax=1.5",
            "2016 乙大厦 tax=2",
            "2017 甲大厦 tax=2",
            "2017 乙大厦 tax=3",
        ),
    ),
    "a total of rounded figures": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1.3\n2016,乙大厦,1.3\n2016,丙大厦,1.3\n合计,,4.0"
        ),
        accept("2016 甲大厦 tax=1.3", "2016 乙大厦 tax=1.3", "2016 丙大厦 tax=1.3"),
    ),
    "a total beyond rounding": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,1.3\n2016,乙大厦,1.3\n合计,,2.8"),
        refuse(("total_mismatch", 4, "税收(亿元)")),
    ),
    "a total of counts off by one": (
        csv(
            "年份,楼宇,税收(亿元),党员数\n2016,甲大厦,1,10\n2016,乙大厦,2,20\n合计,,3,31"
        ),
        refuse(("total_mismatch", 4, "党员数")),
    ),
    "a total over a missing figure": (
        csv(
            "年份,楼宇,税收(亿元),党员数\n2016,甲大厦,1,10\n2016,乙大厦,2,—\n合计,,3,31"
        ),
        accept("2016 甲大厦 tax=1 members=10", "2016 乙大厦 tax=2"),
    ),
    "a total below what its rows state": (
        csv(
            "年份,楼宇,税收(亿元),党员数\n2016,甲大厦,1,10\n2016,乙大厦,2,—\n合计,,3,9"
        ),
        refuse(("total_mismatch", 4, "党员数")),
    ),
    "averages, parts and carried pages": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1\n本页小计,,1\n承前页,,1\n2016,乙大厦,2\n其中：外资,,1\n"
            "本页小计,,2\n合计,,3\n平均值,,1.5\n过次页,,"
        ),
        accept("2016 甲大厦 tax=1", "2016 乙大厦 tax=2"),
    ),
    "a sum without a label": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,1\n2016,乙大厦,2\n,,3"),
        refuse(("missing_key", 4, "楼宇")),
    ),
    "a form: title, office, unit, total, signatures, date": (
        book(
            [
                ["示例街道2016-2017年重点楼宇情况表"],
                ["填报单位：示例街道", None, None, None, None, "单位：万元、人"],
                ["序号", "楼宇名称", "2016年", None, "2017年", None, "备注"],
                [None, None, "税收", "党员数", "税收", "党员数", None],
                [1, "甲大厦", 263000, 409, 320000, 548, "重点"],
                [2, "乙大厦", 1000, 30, 1200, 31, None],
                [3],
                ["合计", None, 264000, 439, 321200, 579, None],
                ["填表人：某某", None, "审核人：", None, None, "填报日期：2018-01-05"],
                ["2018年1月5日"],
            ],
            merge("A1:G1", "C3:D3", "E3:F3", "A3:A4", "B3:B4", "G3:G4", "A8:B8"),
        ),
        accept(
            "2016 甲大厦 tax=26.3 members=409",
            "2017 甲大厦 tax=32 members=548",
            "2016 乙大厦 tax=0.1 members=30",
            "2017 乙大厦 tax=0.12 members=31",
        ),
    ),
    "footers of every kind": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1\n,,\n注：税收为全口径,,\n1.甲大厦含裙楼,,\n"
            "资料来源：示例街道,,\n共1条记录,,\n"
            "填表人：某某,审核人：某某,\n第 1 页 共 1 页,,"
        ),
        accept("2016 甲大厦 tax=1"),
    ),
    "a footer with one field": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,1\n备注：税收为全口径"),
        accept("2016 甲大厦 tax=1"),
    ),
    "headings of parts, numbered": (
        csv(
            "序号,楼宇,2016年税收(亿元),2017年税收(亿元)\n一、亿元楼,,,\n1,甲大厦,1,2\n"
            "二、其他,,,\n2,乙大厦,3,4\n合计,,4,6"
        ),
        accept(
            "2016 甲大厦 tax=1",
            "2017 甲大厦 tax=2",
            "2016 乙大厦 tax=3",
            "2017 乙大厦 tax=4",
        ),
    ),
    "headings of parts, merged": (
        book(
            [
                HEAD,
                ["甲街道"],
                [2016, "甲大厦", 1, 2],
                ["乙街道"],
                [2016, "乙大厦", 3, 4],
            ],
            merge("A2:D2", "A4:D4"),
        ),
        accept("2016 甲大厦 tax=1 members=2", "2016 乙大厦 tax=3 members=4"),
    ),
    "numbers of columns below the head": (
        csv("年份,楼宇,税收(亿元),党员数\n甲,乙,1,2\n2016,示例大厦,26.3,409"),
        accept(PAIR[0]),
    ),
    "blank rows between": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,1\n,,\n2017,甲大厦,2\n\n2018,甲大厦,3"),
        accept("2016 甲大厦 tax=1", "2017 甲大厦 tax=2", "2018 甲大厦 tax=3"),
    ),
    "the head again on a second page": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1\n示例街道楼宇税收表,,\n"
            "年份,楼宇,税收(亿元)\n2017,甲大厦,2"
        ),
        refuse(("repeated_header", 4, "")),
    ),
    "a second table with another head": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1\n,,\n表二：党员,,\n年份,楼宇,党员数\n2017,甲大厦,2"
        ),
        refuse(("multiple_tables", 5, "")),
    ),
    "a second table of something else": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1\n,,\n企业名称,行业,地址\n甲公司,商贸,某路"
        ),
        refuse(("multiple_tables", 4, "")),
    ),
    "a second table beside the first": (
        csv("年份,楼宇,税收(亿元),,年份,楼宇,税收(亿元)\n2016,甲大厦,1,,2017,甲大厦,2"),
        refuse(("multiple_tables", 1, "年份")),
    ),
    "rows with too many and too few fields": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,1,200\n2017,甲大厦"),
        refuse(("ragged_row", 2, ""), ("ragged_row", 3, "")),
    ),
    "nothing below the head": (csv("年份,楼宇,税收(亿元)"), refuse(("no_rows", 1, ""))),
    # Layout
    "a table that begins at C5": (book(offset(TWO_YEARS, 4, 2)), accept(*PAIR)),
    "a table that begins in the second line and column of a csv": (
        csv(",,,\n,年份,楼宇,税收(亿元)\n,2016,甲大厦,1"),
        accept("2016 甲大厦 tax=1"),
    ),
    "a cover, an empty sheet, a form on the cover": (
        book(
            封面=[
                ["楼宇经济报表"],
                ["单位名称", "示例街道"],
                ["年份", "2021"],
                ["楼宇", "2"],
            ],
            空=[],
            数据=TWO_YEARS,
        ),
        accept(*PAIR),
    ),
    "a sheet of numbers without a head beside a table": (
        book(甲=[[1, 2, 3], [4, 5, 6]], 乙=TWO_YEARS),
        refuse(("missing_header", 1, "")),
    ),
    "a sheet for each year": (
        book(
            **{
                "封面": [["示例街道"], ["2022年5月"]],
                "2019年": [["2019年楼宇税收"], ["楼宇", "税收(亿元)"], ["甲大厦", 3]],
                "2020": [["楼宇", "税收(万元)"], ["甲大厦", 35000], ["合计", 35000]],
            }
        ),
        accept("2019 甲大厦 tax=3", "2020 甲大厦 tax=3.5"),
    ),
    "a sheet named after one year, titled after another": (
        book(**{"2019": [["2018年楼宇税收"], ["楼宇", "税收(亿元)"], ["甲大厦", 3]]}),
        refuse(("invalid_year", None, "")),
    ),
    "a year in the title alone": (
        book([["2021年重点楼宇税收情况"], ["楼宇", "税收(亿元)"], ["甲大厦", 3]]),
        refuse(("missing_column", 2, "年份")),
    ),
    "a sheet for each measure, years across": (
        book(
            税收=[
                ["单位：万元"],
                ["楼宇", "2016年", "2017年"],
                ["甲大厦", 26300, 32000],
            ],
            党员数=[["楼宇", "2016年", "2017年"], ["甲大厦", 409, 500]],
        ),
        accept("2016 甲大厦 tax=2.63 members=409", "2017 甲大厦 tax=3.2 members=500"),
    ),
    "years across, the measure in the title, a total of each row": (
        book(
            [
                ["重点楼宇税收情况（单位：亿元）"],
                ["楼宇", "2016年", "2017年", "2018年", "合计"],
                ["甲大厦", 26.3, 32, 34.9, 93.2],
            ]
        ),
        accept("2016 甲大厦 tax=26.3", "2017 甲大厦 tax=32", "2018 甲大厦 tax=34.9"),
    ),
    "years across, a row that does not add up": (
        csv("楼宇,2016年税收(亿元),2017年税收(亿元),合计\n甲大厦,1.0,2.0,3.9"),
        refuse(("total_mismatch", 2, "合计")),
    ),
    "years across, the measure nowhere": (
        book([["楼宇", "2016年", "2017年"], ["甲大厦", 1, 2]]),
        refuse(("missing_column", 1, "税收")),
    ),
    "years across, measures in the heads": (
        csv(
            "楼宇,2016年税收(亿元),2016年党员数,2017年税收（万元）,2017年党员数,2017年同比(%)\n"
            "甲大厦,1,20,15000,30,50"
        ),
        accept(
            "2016 甲大厦 tax=1 members=20",
            "2017 甲大厦 tax=1.5 members=30",
            warnings=["ignored_column"],
        ),
    ),
    "years over measures in a csv": (
        csv(
            "楼宇,2016年,,2017年,\n,税收(亿元),党员数,税收(亿元),党员数\n甲大厦,1,20,2,30"
        ),
        accept("2016 甲大厦 tax=1 members=20", "2017 甲大厦 tax=2 members=30"),
    ),
    "measures over years in a workbook": (
        book(
            [
                ["楼宇", "税收(亿元)", None, "党员数", None],
                [None, 2016, 2017, 2016, 2017],
                ["甲大厦", 1, 2, 20, 30],
            ],
            merge("A1:A2", "B1:C1", "D1:E1"),
        ),
        accept("2016 甲大厦 tax=1 members=20", "2017 甲大厦 tax=2 members=30"),
    ),
    "three lines of heads": (
        book(
            [
                ["楼宇名称", "经济和党建指标", None, None, None],
                [None, "2016年", None, "2017年", None],
                [None, "税收(亿元)", "党员数", "税收(亿元)", "党员数"],
                ["甲大厦", 1, 20, 2, 30],
            ],
            merge("A1:A3", "B1:E1", "B2:C2", "D2:E2"),
        ),
        accept("2016 甲大厦 tax=1 members=20", "2017 甲大厦 tax=2 members=30"),
    ),
    "results beside a plan": (
        book(
            [
                [None, "2021年实绩", None, "2022年计划", None],
                ["楼宇", "税收(亿元)", "党员数", "税收(亿元)", "党员数"],
                ["甲大厦", 1, 2, 3, 4],
            ],
            merge("B1:C1", "D1:E1"),
        ),
        accept("2021 甲大厦 tax=1 members=2", warnings=["ignored_column"] * 2),
    ),
    "years across with an outlook and two digits": (
        csv("楼宇,2016年税收(亿元),2021E,17年\n甲大厦,1,2,3"),
        refuse(("invalid_year", 1, "2021E"), ("invalid_year", 1, "17年")),
    ),
    "years across with a year to come": (
        csv("楼宇,2016年税收(亿元),2027年税收(亿元)\n甲大厦,1,2"),
        refuse(("invalid_year", 1, "2027年税收(亿元)")),
    ),
    "years across and a count of no year": (
        csv("楼宇,2016年税收(亿元),2017年税收(亿元),入驻企业数\n甲大厦,1,2,100"),
        refuse(("missing_column", 1, "入驻企业数")),
    ),
    # More of heads and layout, as found in offices
    "one year over a group, beside a column of years": (
        book(
            [
                [None, None, "2021年", None],
                ["年份", "楼宇", "税收(亿元)", "党员数"],
                [2021, "甲大厦", 1, 2],
            ],
            merge("C1:D1"),
        ),
        accept("2021 甲大厦 tax=1 members=2"),
    ),
    "tax, of which district and city": (
        book(
            [
                ["年份", "楼宇", "税收(亿元)", None, None],
                [None, None, "总额", "区级", "市级"],
                [2016, "甲大厦", 3, 1, 2],
            ],
            merge("A1:A2", "B1:B2", "C1:E1"),
        ),
        accept("2016 甲大厦 tax=3", warnings=["ignored_column"] * 2),
    ),
    "activities by number, visits and persons": (
        book(
            [
                ["年份", "楼宇", "税收(亿元)", "活动", None, None],
                [None, None, None, "场次", "人次", "人数"],
                [2016, "甲大厦", 3, 10, 200, 150],
            ],
            merge("A1:A2", "B1:B2", "C1:C2", "D1:F1"),
        ),
        accept("2016 甲大厦 tax=3 events=10 attendances=200 participants=150"),
    ),
    "units in the second line of heads, with growth": (
        book(
            [
                ["楼宇", "年份", "税收", None, "党建", None],
                [None, None, "金额(万元)", "同比(%)", "党员数(人)", "支部数(个)"],
                ["甲大厦", 2016, 1000, 3, 4, 5],
            ],
            merge("A1:A2", "B1:B2", "C1:D1", "E1:F1"),
        ),
        accept("2016 甲大厦 tax=0.1 members=4 branches=5", warnings=["ignored_column"]),
    ),
    "dates as heads of years": (
        book(
            [
                ["重点楼宇税收（亿元）"],
                ["楼宇", dt.datetime(2016, 1, 1), dt.datetime(2017, 1, 1)],
                ["甲大厦", 1, 2],
            ],
            put("B2", number_format='yyyy"年"'),
            put("C2", number_format='yyyy"年"'),
        ),
        accept("2016 甲大厦 tax=1", "2017 甲大厦 tax=2"),
    ),
    "years in Chinese numerals across": (
        csv("楼宇,二〇一六年税收(亿元),二〇一七年税收(亿元)\n甲大厦,1,2"),
        accept("2016 甲大厦 tax=1", "2017 甲大厦 tax=2"),
    ),
    "years of the Republic": (
        csv("年度,樓宇,稅收(億元)\n民國105年,示例大廈,1\n民國106年,示例大廈,2"),
        accept("2016 示例大廈 tax=1", "2017 示例大廈 tax=2"),
    ),
    "sheets of fiscal years in English": (
        book(
            FY2019=[["Building", "Tax (CNY million)"], ["Example Tower", 300]],
            FY2020=[["Building", "Tax (CNY million)"], ["Example Tower", 350]],
        ),
        accept("2019 Example Tower tax=3", "2020 Example Tower tax=3.5"),
    ),
    "two sheets of one year": (
        book(
            **{
                "2019": [["楼宇", "税收(亿元)"], ["甲大厦", 3]],
                "2019年": [["楼宇", "税收(亿元)"], ["甲大厦", 3.5]],
            }
        ),
        refuse(("duplicate_key", 2, "楼宇")),
    ),
    "a building twice, years across": (
        csv("楼宇,2016年税收(亿元),2017年税收(亿元)\n甲大厦,1,2\n甲大厦,2,3"),
        refuse(("duplicate_key", 3, "楼宇")),
    ),
    "a jump between years across": (
        csv("楼宇,2016年税收(亿元),2017年税收(亿元)\n甲大厦,1,1500"),
        refuse(("suspected_unit_change", 2, "2017年税收(亿元)")),
    ),
    "explanations and a summary on sheets of their own": (
        book(
            数据=TWO_YEARS,
            填报说明=[["填报说明"], ["1. 税收为全口径，单位为亿元。"]],
            字段=[
                ["字段", "含义", "单位"],
                ["税收", "全口径", "亿元"],
                ["党员数", "", "人"],
            ],
            汇总=[["年份", "税收合计(亿元)"], [2016, 26.3], [2017, 32]],
        ),
        accept(*PAIR),
    ),
    "subtotals in the column of streets, years across": (
        book(
            [
                ["街道", "楼宇", "2016年税收(亿元)", "2017年税收(亿元)"],
                ["甲街道", "甲大厦", 1, 2],
                [None, "乙大厦", 3, 4],
                ["小计", None, 4, 6],
                ["乙街道", "丙大厦", 5, 6],
                ["小计", None, 5, 6],
                ["合计", None, 9, 12],
            ],
            merge("A2:A3"),
        ),
        accept(
            "2016 甲大厦 tax=1",
            "2017 甲大厦 tax=2",
            "2016 乙大厦 tax=3",
            "2017 乙大厦 tax=4",
            "2016 丙大厦 tax=5",
            "2017 丙大厦 tax=6",
        ),
    ),
    "subtotals counted twice": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,10\n小计,,10\n2016,乙大厦,20\n小计,,20\n合计,,60"
        ),
        refuse(("total_mismatch", 6, "税收(亿元)")),
    ),
    "names that begin like totals": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,合计大厦,1\n2016,总部大厦,2\n2016,平均路一号,3"
        ),
        accept("2016 合计大厦 tax=1", "2016 总部大厦 tax=2", "2016 平均路一号 tax=3"),
    ),
    "a slip in a head": (
        csv("年份,楼宇,税收(亿元),党员人述\n2016,甲大厦,1,35"),
        accept("2016 甲大厦 tax=1", warnings=["ignored_column"]),
    ),
    "two units in the note": (
        csv("单位：万元、亿元,,\n年份,楼宇,税收\n2016,甲大厦,1"),
        refuse(("unit_conflict", 1, "")),
    ),
    "a unit of tax over a count": (
        csv("年份,楼宇,税收(亿元),党员数(万元)\n2016,甲大厦,1,2"),
        refuse(("unit_mismatch", 1, "党员数(万元)")),
    ),
    "figures with blanks, hedges and units of their own": (
        csv(
            "Year,Building,Tax (CNY million),Members,Events\n"
            "2016,Example Tower,over 2630,nearly 300,1 234\n"
            "2017,Example Tower,1.2bn,up to 400,1.2万"
        ),
        accept(
            "2016 Example Tower tax=26.3 members=300 events=1234",
            "2017 Example Tower tax=12 members=400 events=12000",
            flags=[
                "2016 Example Tower tax lower_bound",
                "2016 Example Tower members upper_bound",
                "2017 Example Tower members upper_bound",
            ],
            warnings=["large_change"],
        ),
    ),
    "formula text, parentheses, a line break in a name, 无": (
        csv(
            '年份,楼宇,税收(亿元),党员数\n2016,甲大厦,=40+3,无\n2017,"甲\n大厦",(0.35),1'
        ),
        refuse(
            ("formula_text", 2, "税收(亿元)"),
            ("ambiguous_number", 2, "党员数"),
            ("invalid_name", 3, "楼宇"),
            ("ambiguous_number", 3, "税收(亿元)"),
        ),
    ),
    "a truth value, a date and a day number": (
        book(
            [HEAD, [2016, "甲大厦", True, 1], [42370, "甲大厦", dt.date(2016, 3, 5), 1]]
        ),
        refuse(
            ("invalid_number", 2, "税收(亿元)"),
            ("invalid_year", 3, "年份"),
            ("invalid_number", 3, "税收(亿元)"),
        ),
    ),
    "a hidden sheet": (
        book(
            None,
            lambda sheet: hide(sheet.parent["旧"]),
            新=TWO_YEARS,
            旧=[[1, 2], [3, 4]],
        ),
        accept(*PAIR),
    ),
    "a table of half a year": (
        csv("2021年上半年重点楼宇税收,,\n年份,楼宇,税收(亿元)\n2021,甲大厦,1"),
        refuse(("invalid_year", 1, "")),
    ),
    "a table of twelve months": (
        csv("2021年1-12月重点楼宇税收,,\n年份,楼宇,税收(亿元)\n2021,甲大厦,1"),
        accept("2021 甲大厦 tax=1"),
    ),
    "rent beside tax, years across": (
        book(
            [
                ["楼宇", "租金(元/月)", None, "税收(亿元)", None],
                [None, 2016, 2017, 2016, 2017],
                ["甲大厦", 10, 20, 1, 2],
            ],
            merge("A1:A2", "B1:C1", "D1:E1"),
        ),
        accept(
            "2016 甲大厦 tax=1", "2017 甲大厦 tax=2", warnings=["ignored_column"] * 2
        ),
    ),
    "an outlook and a half-year beside years across": (
        csv(
            "楼宇,2020年税收(亿元),2021年1-6月税收(亿元),2022年预计税收(亿元)\n甲大厦,1,2,3"
        ),
        accept("2020 甲大厦 tax=1", warnings=["ignored_column"] * 2),
    ),
    "a column of kinds that says 累计": (
        csv("口径,年份,楼宇,税收(亿元)\n累计,2016,甲大厦,1\n累计,2017,甲大厦,2"),
        accept("2016 甲大厦 tax=1", "2017 甲大厦 tax=2"),
    ),
    "合计 in the column of serial numbers": (
        book(
            [
                ["序号", "楼宇", "2016年税收(亿元)"],
                *[[1, "甲大厦", 1], [2, "乙大厦", 2], ["合计", "2幢", 3]],
            ]
        ),
        accept("2016 甲大厦 tax=1", "2016 乙大厦 tax=2"),
    ),
    "the whole district as a row": (
        csv("年份,楼宇,税收(亿元)\n2016,全区,3\n2016,甲大厦,1\n2016,乙大厦,2"),
        accept("2016 甲大厦 tax=1", "2016 乙大厦 tax=2"),
    ),
    "a telephone in a footer": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,1\n填表人：某某,联系电话：,13800000000"),
        accept("2016 甲大厦 tax=1"),
    ),
    "a bad figure after a blank row is no second table": (
        csv(
            '年份,楼宇,税收(亿元)\n2016,甲大厦,1\n,,\n2017,甲大厦,"1,62"\n,,\n2018,甲大厦,很多'
        ),
        refuse(
            ("ambiguous_number", 4, "税收(亿元)"), ("invalid_number", 6, "税收(亿元)")
        ),
    ),
    "a total over a row that could not be read": (
        csv("年份,楼宇,税收(亿元)\n16,甲大厦,1\n2016,乙大厦,2\n合计,,3"),
        refuse(("invalid_year", 2, "年份")),
    ),
    "a key twice and no jump from it": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,1\n2016,甲大厦,2000\n2017,甲大厦,1.5"),
        refuse(("duplicate_key", 3, "楼宇")),
    ),
    "years across in English, unit in the title": (
        csv(
            "Tax revenue of office buildings (CNY million),,\nBuilding,2016,2017\n"
            "Example Tower,100,200\nTotal,100,200"
        ),
        accept("2016 Example Tower tax=1", "2017 Example Tower tax=2"),
    ),
    "a table of a newspaper, a year left out": (
        csv("示例大厦税收（亿元）,,,\n楼宇,2016,2017,2019\n示例大厦,26.3,32,逾100"),
        accept(
            "2016 示例大厦 tax=26.3",
            "2017 示例大厦 tax=32",
            "2019 示例大厦 tax=100",
            flags=["2019 示例大厦 tax lower_bound"],
            warnings=["missing_year"],
        ),
    ),
    "blank cells, years across": (
        csv("楼宇,2016年税收(亿元),2017年税收(亿元)\n甲大厦,1,\n乙大厦,—,2"),
        accept("2016 甲大厦 tax=1", "2017 甲大厦", "2016 乙大厦", "2017 乙大厦 tax=2"),
    ),
    "a block for each building": (
        csv(
            "甲大厦,,\n年份,楼宇,税收(亿元)\n2016,甲大厦,1\n乙大厦,,\n年份,楼宇,税收(亿元)\n2016,乙大厦,1"
        ),
        refuse(("repeated_header", 5, "")),
    ),
    "a sheet of a quarter": (
        book(**{"2021年1季度": [["楼宇", "税收(亿元)"], ["甲大厦", 1]]}),
        refuse(("missing_column", 1, "年份")),
    ),
    "parquet": (
        parquet(year=[2016, 2017], building=["甲大厦", "甲大厦"], tax_yi=[26.3, None]),
        accept("2016 甲大厦 tax=26.3", "2017 甲大厦"),
    ),
    "a statistical form: annex, numbered columns, communities, subtotals": (
        book(
            [
                ["附件2"],
                ["2019—2020年度重点楼宇经济及党建情况统计表"],
                ["填报单位（盖章）：示例街道", *[None] * 7, "单位：万元、人、个"],
                ["序号", "所属社区", "楼宇名称", "2019年", *[None] * 2, "2020年"],
                [None] * 3 + ["税收总额", "党员总数", "党支部数"] * 2,
                ["甲", "乙", "丙", 1, 2, 3, 4, 5, 6],
                [1, "东社区", "甲大厦", 100000, 50, 3, 110000, 52, 3],
                [2, None, "乙大厦", 90000, 40, 2, 95000, "约41", 2],
                ["小计", None, None, 190000, 90, 5, 205000, 93, 5],
                [3, "西社区", "丙大厦", "—", None, None, 1000, 10, 1],
                ["小计", None, None, None, None, None, 1000, 10, 1],
                ["合  计", None, None, 190000, 90, 5, 206000, 103, 6],
                ["注：1.税收为全口径；2.党员数为年末数。"],
                ["单位负责人：", None, "审核人：", None, "填表人：", None, "电话："],
            ],
            merge("A1:I1", "A4:A5", "B4:B5", "C4:C5", "D4:F4", "G4:I4", "B7:B8"),
            merge("A9:C9", "A11:C11", "A12:C12", "A13:I13"),
        ),
        accept(
            "2019 甲大厦 tax=10 members=50 branches=3",
            "2020 甲大厦 tax=11 members=52 branches=3",
            "2019 乙大厦 tax=9 members=40 branches=2",
            "2020 乙大厦 tax=9.5 members=41 branches=2",
            "2019 丙大厦",
            "2020 丙大厦 tax=0.1 members=10 branches=1",
            flags=["2020 乙大厦 members approx"],
        ),
    ),
    "measures down the rows, the building merged": (
        book(
            [
                ["示例街道重点楼宇情况"],
                ["楼宇", "指标", "2016年", "2017年", "合计"],
                *[["甲大厦", "税收(亿元)", 26.3, 32, 58.3]],
                *[[None, "党员数", 409, "约548", None]],
                *[["乙大厦", "税收(亿元)", 1, "—", None]],
                *[[None, "党员数", 4, 5, None], [None, "税收同比(%)", 3, 4, None]],
                *[["合计", "税收(亿元)", 27.3, 32, None]],
                *[[None, "党员数", 413, 553, None]],
                ["注：税收为全口径"],
            ],
            merge("A1:E1", "A3:A4", "A5:A7", "A8:A9"),
        ),
        accept(
            "2016 甲大厦 tax=26.3 members=409",
            "2017 甲大厦 tax=32 members=548",
            "2016 乙大厦 tax=1 members=4",
            "2017 乙大厦 members=5",
            flags=["2017 甲大厦 members approx"],
            warnings=["ignored_column"],
        ),
    ),
    "measures down the rows, a column of units": (
        csv(
            "楼宇,项目,单位,2016,2017\n示例大厦,税收,万元,263000,320000\n"
            "示例大厦,党员数,人,409,548"
        ),
        accept(*PAIR),
    ),
    "measures down the rows, units in a note": (
        csv(
            "单位：万元、人,,,\nBuilding,Indicator,2016,2017\n"
            "示例大厦,税收,263000,320000\n示例大厦,党员数,409,548"
        ),
        accept(*PAIR),
    ),
    "measures down the rows, each merged over the buildings": (
        book(
            [
                ["指标", "楼宇", 2016, 2017],
                *[["税收(亿元)", "甲大厦", 1, 2], [None, "乙大厦", 3, 4]],
                *[["党员数", "甲大厦", 5, 6], [None, "乙大厦", 7, 8]],
            ],
            merge("A2:A3", "A4:A5"),
        ),
        accept(
            "2016 甲大厦 tax=1 members=5",
            "2017 甲大厦 tax=2 members=6",
            "2016 乙大厦 tax=3 members=7",
            "2017 乙大厦 tax=4 members=8",
        ),
    ),
    "measures down the rows of one building in the title": (
        csv("示例大厦,,\n指标,2016年,2017年\n税收(亿元),26.3,32\n党员数,409,548"),
        refuse(("missing_column", 2, "楼宇")),
    ),
    "measures down the rows without tax": (
        csv("楼宇,指标,2016年,2017年\n示例大厦,党员数,409,548\n示例大厦,支部数,1,2"),
        refuse(("missing_column", 1, "税收")),
    ),
    "estimates and spans beside years across": (
        csv(
            "楼宇,2016年税收(亿元),2021E税收(亿元),2017-2018年税收(亿元)\n甲大厦,1,2,3"
        ),
        refuse(
            ("invalid_year", 1, "2021E税收(亿元)"),
            ("invalid_year", 1, "2017-2018年税收(亿元)"),
        ),
    ),
    "a total of a year that is that of both": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1.00\n2016,乙大厦,2.00\n"
            "2017,甲大厦,3.00\n2017,乙大厦,4.00\n2017,合计,10.00"
        ),
        refuse(("total_mismatch", 6, "税收(亿元)")),
    ),
    "a total of all that is that of the last group": (
        csv(
            "年份,楼宇,税收(亿元)\n2016,甲大厦,1.00\n2016,乙大厦,2.00\n小计,,3.00\n"
            "2016,丙大厦,5.00\n合计,,5.00"
        ),
        refuse(("total_mismatch", 6, "税收(亿元)")),
    ),
    "contacts under other heads": (
        csv(
            "年份,楼宇,税收(亿元),楼宇负责人,联系人/电话,填表人\n"
            "2016,甲大厦,1,某某,某某13800000000,某某"
        ),
        refuse(
            ("individual_level_column", 1, "楼宇负责人"),
            ("individual_level_column", 1, "联系人/电话"),
            ("individual_level_column", 1, "填表人"),
        ),
    ),
    "tax by weight": (
        csv("年份,楼宇,税收(公斤)\n2016,甲大厦,1"),
        refuse(("unit_unknown", 1, "税收(公斤)")),
    ),
    "a column of weights": (
        csv("年份,楼宇,税收,单位\n2016,甲大厦,1,吨\n2017,甲大厦,2,吨"),
        refuse(("unit_unknown", 2, "税收（单位）")),
    ),
    "the numbers of columns and a second line of this year and growth": (
        book(
            [
                ["年份", "楼宇", "税收", None, "党员数"],
                [None, None, "本年(亿元)", "增幅%", None],
                [1, 2, 3, 4, 5],
                [2016, "示例大厦", 26.3, 12, 409],
                [2017, "示例大厦", 32, 21.7, 548],
            ],
            merge("A1:A2", "B1:B2", "C1:D1", "E1:E2"),
        ),
        accept(*PAIR, warnings=["ignored_column"]),
    ),
    "nothing, then much": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,0.02\n2017,甲大厦,0\n2018,甲大厦,26.3"),
        accept("2016 甲大厦 tax=0.02", "2017 甲大厦 tax=0", "2018 甲大厦 tax=26.3"),
    ),
    "last days of years as heads": (
        csv("税收(亿元),,\n楼宇,2016/12/31,2017/12/31\n甲大厦,1,2"),
        accept("2016 甲大厦 tax=1", "2017 甲大厦 tax=2"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_sheet_is_read_as_meant_or_refused_where_it_cannot_be(case, tmp_path):
    sheet, (expected, asked) = CASES[case]
    checked = look(tmp_path, sheet, **asked)
    assert told(checked) == {key: tuple(value) for key, value in expected.items()}
    for fault in (*checked.errors, *checked.warnings):  # in both languages
        assert fault.message.startswith(sheet[0]) and f"[{sheet[0]}" in fault.message
        assert "。请" in fault.message and "请如果" not in fault.message
        assert "某某" not in fault.message and "13800000000" not in fault.message


@pytest.mark.parametrize(
    "case",
    [
        "csv in GB18030 with a sep= line",
        "two columns of tax, one of them named",
        "every fault at once",
        "a form: title, office, unit, total, signatures, date",
        "parquet",
    ],
)
def test_the_child_process_finds_the_same(case, tmp_path):
    sheet, (_, asked) = CASES[case]
    here = look(tmp_path, sheet, **asked)
    assert told(check(tmp_path / sheet[0], **asked)) == told(here)
