"""Real files as offices make them: what each is, how it is made, what must come of it.

The name of a case says what the file is; `pytest --collect-only -q` lists them. Every
figure is invented.
"""

import datetime as dt

import pytest
from openpyxl.styles import Font
from sheets import (
    TWO_YEARS,
    accept,
    book,
    cases,
    csv,
    look,
    parquet,
    put,
    refuse,
    stored,
    told,
)

from hengstats.intake import check

PAIR = ["2016 示例大厦 tax=26.3 members=409", "2017 示例大厦 tax=32 members=548"]


def hide(sheet):
    """Hide a sheet."""
    sheet.sheet_state = "hidden"


CASES = cases("""
# heads in English with a source line
Year,Building,Tax (CNY million),Members,Branches | FY2016,Example Tower,2630,409,12
2017,Example Tower,3200,548,13 | Total,,5830,, | Source: example,,,,
-> 2016 Example Tower tax=26.3 members=409 branches=12
-> 2017 Example Tower tax=32 members=548 branches=13
# bilingual heads
年份/Year,楼宇 Building,税收 Tax (CNY million) | 2016,示例大厦,2630
-> 2016 示例大厦 tax=26.3
# a second line of heads in English
年份,楼宇,税收(亿元),党员数 | Year,Building,Tax,Members | 2016,示例大厦,1,2
-> 2016 示例大厦 tax=1 members=2
# column names of a data file
year,building,tax_yi,members | 2016,示例大厦,26.3,409
-> 2016 示例大厦 tax=26.3 members=409
# a serial number, remarks, growth and an unknown number
序号,年份,楼宇,税收(亿元),同比(%),建筑面积(万平方米),区级税收,备注
1,2016,示例大厦,1,12%,3.5,0.4,好
-> 2016 示例大厦 tax=1 | warn ignored_column | warn ignored_column | warn ignored_column
# numbers without a head
年份,楼宇,税收(亿元), | 2016,示例大厦,1,77
-> 2016 示例大厦 tax=1 | warn ignored_column
# the index of a data frame
,年份,楼宇,税收(亿元) | 0,2016,示例大厦,1 | 1,2017,示例大厦,2
-> 2016 示例大厦 tax=1 | 2017 示例大厦 tax=2
# no building and no tax
年度,名称,产值 | 2016,示例大厦,1
-> ! missing_column 1 楼宇 | ! missing_column 1 税收
# only an outlook of tax
年份,楼宇,税收(预计)(亿元) | 2016,示例大厦,1
-> ! missing_column 1 税收
# no head
2016,示例大厦,1 | 2017,示例大厦,2
-> ! missing_header 1
# two columns of tax
年份,楼宇,税收(全口径)(亿元),税收(属地)(亿元) | 2016,示例大厦,1,0.5
-> ! duplicate_column 1 税收(属地)(亿元)
# two columns of tax, one of them named
年份,楼宇,税收(全口径)(亿元),税收(属地)(亿元) | 2016,示例大厦,1,0.5
-> column tax=税收(全口径)(亿元) | 2016 示例大厦 tax=1 | warn ignored_column
# a column of tax that is not there is named
年份,楼宇,税收(亿元) | 2016,示例大厦,1
-> column tax=税收(全口径) | ! missing_column 1 税收(全口径)
# unit below the table
年份,楼宇,税收 | 2016,示例大厦,1000 | 注：税收单位为万元,,
-> 2016 示例大厦 tax=0.1
# units in a line below the head
年份,楼宇,税收,党员数 | ,,(万元),(人) | 2016,示例大厦,1000,3
-> 2016 示例大厦 tax=0.1 members=3
# units in the cells
年份,楼宇,税收 | 2016,示例大厦,1.5亿元 | 2017,示例大厦,15600万元
-> 2016 示例大厦 tax=1.5 | 2017 示例大厦 tax=1.56
# a column of units against the head
年份,楼宇,税收(亿元),单位 | 2016,示例大厦,1.5,亿元 | 2017,示例大厦,15600,万元
-> 2016 示例大厦 tax=1.5 | 2017 示例大厦 tax=1.56
# a column of units at the far end
年份,楼宇,税收,党员数,单位 | 2016,甲大厦,15600,20,万元
-> 2016 甲大厦 tax=1.56 members=20
# a unit column after each measure
年份,楼宇,税收,单位,参与人次,单位 | 2016,示例大厦,1.5,亿元,0.031,万人次
-> 2016 示例大厦 tax=1.5 attendances=310
# no unit
年份,楼宇,税收,党员数 | 2016,示例大厦,1,2 | 2017,示例大厦,2,3
-> ! unit_missing 1 税收
# a unit in one cell only
年份,楼宇,税收 | 2016,示例大厦,1亿元 | 2017,示例大厦,2
-> ! unit_missing 3 税收
# head against note
单位：万元,, | 年份,楼宇,税收(亿元) | 2016,示例大厦,1
-> ! unit_conflict 2 税收(亿元)
# head and note agree
单位：亿元,, | 年份,楼宇,税收(亿元) | 2016,示例大厦,1
-> 2016 示例大厦 tax=1
# a thousandfold in a year
年份,楼宇,税收(亿元) | 2017,示例大厦,1000 | 2016,示例大厦,1
-> ! suspected_unit_change 2 税收(亿元)
# a thousandth of the members
年份,楼宇,税收(亿元),党员数 | 2016,示例大厦,1,3000 | 2018,示例大厦,1,3
-> ! suspected_unit_change 3 党员数
# 999 times, and up from zero
年份,楼宇,税收(亿元),党员数 | 2016,示例大厦,1,0 | 2017,示例大厦,999,5000
-> 2016 示例大厦 tax=1 members=0 | 2017 示例大厦 tax=999 members=5000
# qualifiers
年份,楼宇,税收(亿元),党员数 | 2016,示例大厦,近300,<10 | 2017,示例大厦,逾310,30-35
2018,示例大厦,约320,409
-> 2016 示例大厦 tax=300 | 2017 示例大厦 tax=310 | 2018 示例大厦 tax=320 members=409
-> flag 2016 示例大厦 tax upper_bound | flag 2016 示例大厦 members upper_bound
-> flag 2017 示例大厦 tax lower_bound | flag 2017 示例大厦 members range
-> flag 2018 示例大厦 tax approx
# missing is not zero
年份,楼宇,税收(亿元),党员数 | 2016,示例大厦,—,暂无 | 2017,示例大厦,,0
-> 2016 示例大厦 | 2017 示例大厦 members=0
# years missing, for all and for one
年份,楼宇,税收(亿元) | 2016,示例大厦,1 | 2018,示例大厦,2 | 2016,样例中心,1
-> 2016 示例大厦 tax=1 | 2018 示例大厦 tax=2 | 2016 样例中心 tax=1 | warn missing_year
-> warn missing_year
# names that differ by a star
年份,楼宇,税收(亿元) | 2016,星河中心,1 | 2016,星河中心*,2
-> 2016 星河中心 tax=1 | 2016 星河中心* tax=2 | warn similar_names
# two rows that become one key
年份,楼宇,税收(亿元) | 2016,示例大厦A,1 | 2016年, 示例大厦Ａ ,2
-> ! duplicate_key 3 楼宇
# blank keys
年份,楼宇,税收(亿元) | 2016,示例大厦,1 | ,示例大厦,2 | 2017,,3 | ,,4
-> ! missing_key 3 年份 | ! missing_key 4 楼宇 | ! missing_key 5 楼宇
# subtotals by street and a total
街道,楼宇,年份,税收(亿元) | 甲街道,甲大厦,2016,1.5 | 甲街道,乙大厦,2016,2 | 小计,,,3.5
乙街道,丙大厦,2016,4 | 小计,,,4 | 合计,,,7.5
-> 2016 甲大厦 tax=1.5 | 2016 乙大厦 tax=2 | 2016 丙大厦 tax=4
# a sum without a label
年份,楼宇,税收(亿元) | 2016,甲大厦,1 | 2016,乙大厦,2 | ,,3
-> ! missing_key 4 楼宇
# a footer with one field
年份,楼宇,税收(亿元) | 2016,甲大厦,1 | 备注：税收为全口径
-> 2016 甲大厦 tax=1
# headings of parts, numbered
序号,楼宇,2016年税收(亿元),2017年税收(亿元) | 一、亿元楼,,, | 1,甲大厦,1,2 | 二、其他,,,
2,乙大厦,3,4 | 合计,,4,6
-> 2016 甲大厦 tax=1 | 2017 甲大厦 tax=2 | 2016 乙大厦 tax=3 | 2017 乙大厦 tax=4
# the head again on a second page
年份,楼宇,税收(亿元) | 2016,甲大厦,1 | 示例街道楼宇税收表,, | 年份,楼宇,税收(亿元)
2017,甲大厦,2
-> ! repeated_header 4
# a second table with another head
年份,楼宇,税收(亿元) | 2016,甲大厦,1 | ,, | 表二：党员,, | 年份,楼宇,党员数
2017,甲大厦,2
-> ! multiple_tables 5
# a second table of something else
年份,楼宇,税收(亿元) | 2016,甲大厦,1 | ,, | 企业名称,行业,地址 | 甲公司,商贸,某路
-> ! multiple_tables 4
# a second table beside the first
年份,楼宇,税收(亿元),,年份,楼宇,税收(亿元) | 2016,甲大厦,1,,2017,甲大厦,2
-> ! multiple_tables 1 年份
# nothing below the head
年份,楼宇,税收(亿元)
-> ! no_rows 1
# a table that begins in the second line and column of a csv
,,, | ,年份,楼宇,税收(亿元) | ,2016,甲大厦,1
-> 2016 甲大厦 tax=1
# years across, measures in the heads
楼宇,2016年税收(亿元),2016年党员数,2017年税收（万元）,2017年党员数,2017年同比(%)
甲大厦,1,20,15000,30,50
-> 2016 甲大厦 tax=1 members=20 | 2017 甲大厦 tax=1.5 members=30 | warn ignored_column
# years over measures in a csv
楼宇,2016年,,2017年, | ,税收(亿元),党员数,税收(亿元),党员数 | 甲大厦,1,20,2,30
-> 2016 甲大厦 tax=1 members=20 | 2017 甲大厦 tax=2 members=30
# years across with an outlook and two digits
楼宇,2016年税收(亿元),2021E,17年 | 甲大厦,1,2,3
-> ! invalid_year 1 2021E | ! invalid_year 1 17年
# years across and a count of no year
楼宇,2016年税收(亿元),2017年税收(亿元),入驻企业数 | 甲大厦,1,2,100
-> ! missing_column 1 入驻企业数
# a building twice, years across
楼宇,2016年税收(亿元),2017年税收(亿元) | 甲大厦,1,2 | 甲大厦,2,3
-> ! duplicate_key 3 楼宇
# a jump between years across
楼宇,2016年税收(亿元),2017年税收(亿元) | 甲大厦,1,1500
-> ! suspected_unit_change 2 2017年税收(亿元)
# a unit of tax over a count
年份,楼宇,税收(亿元),党员数(万元) | 2016,甲大厦,1,2
-> ! unit_mismatch 1 党员数(万元)
# a table of half a year
2021年上半年重点楼宇税收,, | 年份,楼宇,税收(亿元) | 2021,甲大厦,1
-> ! invalid_year 1
# a table of twelve months
2021年1-12月重点楼宇税收,, | 年份,楼宇,税收(亿元) | 2021,甲大厦,1
-> 2021 甲大厦 tax=1
# an outlook and a half-year beside years across
楼宇,2020年税收(亿元),2021年1-6月税收(亿元),2022年预计税收(亿元) | 甲大厦,1,2,3
-> 2020 甲大厦 tax=1 | warn ignored_column | warn ignored_column
# a column of kinds that says 累计
口径,年份,楼宇,税收(亿元) | 累计,2016,甲大厦,1 | 累计,2017,甲大厦,2
-> 2016 甲大厦 tax=1 | 2017 甲大厦 tax=2
# a telephone in a footer
年份,楼宇,税收(亿元) | 2016,甲大厦,1 | 填表人：某某,联系电话：,13800000000
-> 2016 甲大厦 tax=1
# a total over a row that could not be read
年份,楼宇,税收(亿元) | 16,甲大厦,1 | 2016,乙大厦,2 | 合计,,3
-> ! invalid_year 2 年份
# a key twice and no jump from it
年份,楼宇,税收(亿元) | 2016,甲大厦,1 | 2016,甲大厦,2000 | 2017,甲大厦,1.5
-> ! duplicate_key 3 楼宇
# years across in English, unit in the title
Tax revenue of office buildings (CNY million),, | Building,2016,2017
Example Tower,100,200 | Total,100,200
-> 2016 Example Tower tax=1 | 2017 Example Tower tax=2
# a table of a newspaper, a year left out
示例大厦税收（亿元）,,, | 楼宇,2016,2017,2019 | 示例大厦,26.3,32,逾100
-> 2016 示例大厦 tax=26.3 | 2017 示例大厦 tax=32 | 2019 示例大厦 tax=100
-> flag 2019 示例大厦 tax lower_bound | warn missing_year
# blank cells, years across
楼宇,2016年税收(亿元),2017年税收(亿元) | 甲大厦,1, | 乙大厦,—,2
-> 2016 甲大厦 tax=1 | 2017 甲大厦 | 2016 乙大厦 | 2017 乙大厦 tax=2
# measures down the rows, a column of units
楼宇,项目,单位,2016,2017 | 示例大厦,税收,万元,263000,320000 | 示例大厦,党员数,人,409,548
-> 2016 示例大厦 tax=26.3 members=409 | 2017 示例大厦 tax=32 members=548
# measures down the rows, units in a note
单位：万元、人,,, | Building,Indicator,2016,2017 | 示例大厦,税收,263000,320000
示例大厦,党员数,409,548
-> 2016 示例大厦 tax=26.3 members=409 | 2017 示例大厦 tax=32 members=548
# measures down the rows of one building in the title
示例大厦,, | 指标,2016年,2017年 | 税收(亿元),26.3,32 | 党员数,409,548
-> ! missing_column 2 楼宇
# contacts under other heads
年份,楼宇,税收(亿元),楼宇负责人,联系人/电话,填表人
2016,甲大厦,1,某某,某某13800000000,某某
-> ! individual_level_column 1 楼宇负责人 | ! individual_level_column 1 联系人/电话
-> ! individual_level_column 1 填表人
# a column of weights
年份,楼宇,税收,单位 | 2016,甲大厦,1,吨 | 2017,甲大厦,2,吨
-> ! unit_unknown 2 税收（单位）
# nothing, then much
年份,楼宇,税收(亿元) | 2016,甲大厦,0.02 | 2017,甲大厦,0 | 2018,甲大厦,26.3
-> 2016 甲大厦 tax=0.02 | 2017 甲大厦 tax=0 | 2018 甲大厦 tax=26.3
# an error in a remark
《楼宇》年份,楼宇,税收(亿元),党员数,备注 | 2016,示例大厦,26.3,409,#REF!
-> 2016 示例大厦 tax=26.3 members=409
# merged years
《楼宇》年份,楼宇,税收(亿元),党员数 | 2016,甲大厦,1,2 | ,乙大厦,3,4 | 2017,甲大厦,5,6
merge A2:A3
-> 2016 甲大厦 tax=1 members=2 | 2016 乙大厦 tax=3 members=4
-> 2017 甲大厦 tax=5 members=6 | warn missing_year
# merged buildings with subtotals
《楼宇》楼宇,年份,税收(亿元) | 甲大厦,2016,1 | ,2017,2 | ,小计,3 | 乙大厦,2016,4
,2017,5 | ,小计,9 | 合计,,12
merge A2:A4 A5:A7 A8:B8
-> 2016 甲大厦 tax=1 | 2017 甲大厦 tax=2 | 2016 乙大厦 tax=4 | 2017 乙大厦 tax=5
# a merged figure
《楼宇》年份,楼宇,税收(亿元),党员数 | 2016,甲大厦,1,2 | 2017,甲大厦,,4
merge C2:C3
-> ! merged_value 2 税收(亿元)
# a form: title, office, unit, total, signatures, date
《楼宇》示例街道2016-2017年重点楼宇情况表 | 填报单位：示例街道,,,,,单位：万元、人
序号,楼宇名称,2016年,,2017年,,备注 | ,,税收,党员数,税收,党员数,
1,甲大厦,263000,409,320000,548,重点 | 2,乙大厦,1000,30,1200,31, | 3
合计,,264000,439,321200,579, | 填表人：某某,,审核人：,,,填报日期：2018-01-05
2018年1月5日
merge A1:G1 C3:D3 E3:F3 A3:A4 B3:B4 G3:G4 A8:B8
-> 2016 甲大厦 tax=26.3 members=409 | 2017 甲大厦 tax=32 members=548
-> 2016 乙大厦 tax=0.1 members=30 | 2017 乙大厦 tax=0.12 members=31
# a table that begins at C5
《楼宇》 |  |  |  | ,,年份,楼宇,税收(亿元),党员数 | ,,2016,示例大厦,26.3,409
,,2017,示例大厦,32,548
-> 2016 示例大厦 tax=26.3 members=409 | 2017 示例大厦 tax=32 members=548
# a sheet of numbers without a head beside a table
《甲》1,2,3 | 4,5,6
《乙》年份,楼宇,税收(亿元),党员数 | 2016,示例大厦,26.3,409 | 2017,示例大厦,32,548
-> ! missing_header 1
# a sheet for each year
《封面》示例街道 | 2022年5月
《2019年》2019年楼宇税收 | 楼宇,税收(亿元) | 甲大厦,3
《2020》楼宇,税收(万元) | 甲大厦,35000 | 合计,35000
-> 2019 甲大厦 tax=3 | 2020 甲大厦 tax=3.5
# a sheet named after one year, titled after another
《2019》2018年楼宇税收 | 楼宇,税收(亿元) | 甲大厦,3
-> ! invalid_year -
# a sheet for each measure, years across
《税收》单位：万元 | 楼宇,2016年,2017年 | 甲大厦,26300,32000
《党员数》楼宇,2016年,2017年 | 甲大厦,409,500
-> 2016 甲大厦 tax=2.63 members=409 | 2017 甲大厦 tax=3.2 members=500
# years across, the measure in the title, a total of each row
《楼宇》重点楼宇税收情况（单位：亿元） | 楼宇,2016年,2017年,2018年,合计
甲大厦,26.3,32,34.9,93.2
-> 2016 甲大厦 tax=26.3 | 2017 甲大厦 tax=32 | 2018 甲大厦 tax=34.9
# measures over years in a workbook
《楼宇》楼宇,税收(亿元),,党员数, | ,2016,2017,2016,2017 | 甲大厦,1,2,20,30
merge A1:A2 B1:C1 D1:E1
-> 2016 甲大厦 tax=1 members=20 | 2017 甲大厦 tax=2 members=30
# three lines of heads
《楼宇》楼宇名称,经济和党建指标,,, | ,2016年,,2017年,
,税收(亿元),党员数,税收(亿元),党员数 | 甲大厦,1,20,2,30
merge A1:A3 B1:E1 B2:C2 D2:E2
-> 2016 甲大厦 tax=1 members=20 | 2017 甲大厦 tax=2 members=30
# results beside a plan
《楼宇》,2021年实绩,,2022年计划, | 楼宇,税收(亿元),党员数,税收(亿元),党员数
甲大厦,1,2,3,4
merge B1:C1 D1:E1
-> 2021 甲大厦 tax=1 members=2 | warn ignored_column | warn ignored_column
# one year over a group, beside a column of years
《楼宇》,,2021年, | 年份,楼宇,税收(亿元),党员数 | 2021,甲大厦,1,2
merge C1:D1
-> 2021 甲大厦 tax=1 members=2
# two sheets of one year
《2019》楼宇,税收(亿元) | 甲大厦,3
《2019年》楼宇,税收(亿元) | 甲大厦,3.5
-> ! duplicate_key 2 楼宇
# subtotals in the column of streets, years across
《楼宇》街道,楼宇,2016年税收(亿元),2017年税收(亿元) | 甲街道,甲大厦,1,2 | ,乙大厦,3,4
小计,,4,6 | 乙街道,丙大厦,5,6 | 小计,,5,6 | 合计,,9,12
merge A2:A3
-> 2016 甲大厦 tax=1 | 2017 甲大厦 tax=2 | 2016 乙大厦 tax=3 | 2017 乙大厦 tax=4
-> 2016 丙大厦 tax=5 | 2017 丙大厦 tax=6
# rent beside tax, years across
《楼宇》楼宇,租金(元/月),,税收(亿元), | ,2016,2017,2016,2017 | 甲大厦,10,20,1,2
merge A1:A2 B1:C1 D1:E1
-> 2016 甲大厦 tax=1 | 2017 甲大厦 tax=2 | warn ignored_column | warn ignored_column
# 合计 in the column of serial numbers
《楼宇》序号,楼宇,2016年税收(亿元) | 1,甲大厦,1 | 2,乙大厦,2 | 合计,2幢,3
-> 2016 甲大厦 tax=1 | 2016 乙大厦 tax=2
# a statistical form: annex, numbered columns, communities, subtotals
《楼宇》附件2 | 2019—2020年度重点楼宇经济及党建情况统计表
填报单位（盖章）：示例街道,,,,,,,,单位：万元、人、个
序号,所属社区,楼宇名称,2019年,,,2020年
,,,税收总额,党员总数,党支部数,税收总额,党员总数,党支部数 | 甲,乙,丙,1,2,3,4,5,6
1,东社区,甲大厦,100000,50,3,110000,52,3 | 2,,乙大厦,90000,40,2,95000,约41,2
小计,,,190000,90,5,205000,93,5 | 3,西社区,丙大厦,—,,,1000,10,1 | 小计,,,,,,1000,10,1
合  计,,,190000,90,5,206000,103,6 | 注：1.税收为全口径；2.党员数为年末数。
单位负责人：,,审核人：,,填表人：,,电话：
merge A1:I1 A4:A5 B4:B5 C4:C5 D4:F4 G4:I4 B7:B8 A9:C9 A11:C11 A12:C12 A13:I13
-> 2019 甲大厦 tax=10 members=50 branches=3 | 2020 甲大厦 tax=11 members=52 branches=3
-> 2019 乙大厦 tax=9 members=40 branches=2 | 2020 乙大厦 tax=9.5 members=41 branches=2
-> 2019 丙大厦 | 2020 丙大厦 tax=0.1 members=10 branches=1
-> flag 2020 乙大厦 members approx
# measures down the rows, the building merged
《楼宇》示例街道重点楼宇情况 | 楼宇,指标,2016年,2017年,合计
甲大厦,税收(亿元),26.3,32,58.3 | ,党员数,409,约548, | 乙大厦,税收(亿元),1,—,
,党员数,4,5, | ,税收同比(%),3,4, | 合计,税收(亿元),27.3,32, | ,党员数,413,553,
注：税收为全口径
merge A1:E1 A3:A4 A5:A7 A8:A9
-> 2016 甲大厦 tax=26.3 members=409 | 2017 甲大厦 tax=32 members=548
-> 2016 乙大厦 tax=1 members=4 | 2017 乙大厦 members=5 | flag 2017 甲大厦 members approx
-> warn ignored_column
# measures down the rows, each merged over the buildings
《楼宇》指标,楼宇,2016,2017 | 税收(亿元),甲大厦,1,2 | ,乙大厦,3,4 | 党员数,甲大厦,5,6
,乙大厦,7,8
merge A2:A3 A4:A5
-> 2016 甲大厦 tax=1 members=5 | 2017 甲大厦 tax=2 members=6
-> 2016 乙大厦 tax=3 members=7 | 2017 乙大厦 tax=4 members=8
# the numbers of columns and a second line of this year and growth
《楼宇》年份,楼宇,税收,,党员数 | ,,本年(亿元),增幅%, | 1,2,3,4,5
2016,示例大厦,26.3,12,409 | 2017,示例大厦,32,21.7,548
merge A1:A2 B1:B2 C1:D1 E1:E2
-> 2016 示例大厦 tax=26.3 members=409 | 2017 示例大厦 tax=32 members=548
-> warn ignored_column
""") | {
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
    "a figure struck through": (
        book(TWO_YEARS, put("C2", font=Font(strike=True))),
        refuse(("ambiguous_number", 2, "税收(亿元)")),
    ),
    "blank rows between": (
        csv("年份,楼宇,税收(亿元)\n2016,甲大厦,1\n,,\n2017,甲大厦,2\n\n2018,甲大厦,3"),
        accept("2016 甲大厦 tax=1", "2017 甲大厦 tax=2", "2018 甲大厦 tax=3"),
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
    "a hidden sheet": (
        book(
            None,
            lambda sheet: hide(sheet.parent["旧"]),
            新=TWO_YEARS,
            旧=[[1, 2], [3, 4]],
        ),
        accept(*PAIR),
    ),
    "a bad figure after a blank row is no second table": (
        csv(
            '年份,楼宇,税收(亿元)\n2016,甲大厦,1\n,,\n2017,甲大厦,"1,62"\n,,\n2018,甲大厦,很多'
        ),
        refuse(
            ("ambiguous_number", 4, "税收(亿元)"), ("invalid_number", 6, "税收(亿元)")
        ),
    ),
    "parquet": (
        parquet(year=[2016, 2017], building=["甲大厦", "甲大厦"], tax_yi=[26.3, None]),
        accept("2016 甲大厦 tax=26.3", "2017 甲大厦"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_sheet_is_read_as_meant_or_refused_where_it_cannot_be(case, tmp_path):
    sheet, (expected, asked) = CASES[case]
    found = told(look(tmp_path, sheet, **asked))
    assert found == {key: tuple(value) for key, value in expected.items()}


@pytest.mark.parametrize(
    "case",
    [
        "two columns of tax, one of them named",
        "every fault at once",
        "a form: title, office, unit, total, signatures, date",
    ],
)
def test_the_child_process_finds_the_same(case, tmp_path):
    sheet, (_, asked) = CASES[case]
    here = look(tmp_path, sheet, **asked)
    assert told(check(tmp_path / sheet[0], **asked)) == told(here)
