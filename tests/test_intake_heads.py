"""What a head says: which measure, in which unit, of which year."""

import tomllib
from importlib import resources

import pytest

from hengstats.intake.buildings.heads import join_heads, read_head
from hengstats.intake.buildings.headwords import nearest_name


@pytest.mark.parametrize(
    "text",
    [
        "税收(亿元)",
        "税收（亿元）",
        "税收【亿元】",
        "税收［亿元］",
        "税收/亿元",
        "税收:亿元",
        "税收：亿元",
        "税收 亿元",
        "税收_亿元",
        "税收-亿元",
        "税收，亿元",
        "税收亿元",
        "税 收\n（ 亿元 ）",
        "税收（单位：亿元）",
        "税收(全口径)(亿元)",
        "税收（亿元，全口径）",
        "税收总额（亿元）*",
        "稅收總額(亿元)",
        "属地税收 (亿元)",
        "年税收（亿元）：",
        "税收（亿元）①",
        "税收【注1】（亿元）",
        "税收(亿元",
    ],
)
def test_a_unit_stands_in_a_head_in_every_usual_form(text):
    head = read_head(text)
    assert (head.kind, head.unit, head.year) == ("tax", "亿元", "")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Tax (CNY million)", "cny million"),
        ("TAX REVENUE, CNY million", "cny million"),
        ("Tax in CNY million", "cny million"),
        ("tax_cny_million", "cny million"),
        ("Tax [100 million yuan]", "100 million yuan"),
        ("tax_yi", "100 million yuan"),
        ("tax_wan", "10000 yuan"),
        ("ｔａｘ（ＣＮＹ ｂｎ）", "cny bn"),
    ],
)
def test_a_unit_stands_in_an_english_head(text, unit):
    assert (read_head(text).kind, read_head(text).unit) == ("tax", unit)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("year", "年份 年度 时间 時間 Year"),
        (
            "building",
            "楼宇 楼宇名称 大厦 大厦名称 楼盘 所在楼宇 樓宇名稱 大廈 Building",
        ),
        ("tax", "税收 税收总额 年税收 全口径税收 属地税收 稅收 屬地稅收 Tax"),
        ("members", "年末党员数 党员数 党员人数 党员总数 黨員數 黨員總數 Members"),
        ("branches", "党支部数 支部数 黨支部數 Branches"),
        ("enterprises", "企业数 入驻企业数 企業數 入駐企業數 Enterprises"),
        ("events", "活动场次 活动数 活動場次 Events"),
        ("attendances", "参与人次 參與人次 Attendances"),
        ("participants", "参与人数 參與人數 Participants"),
        ("serial", "序号 編號 No."),
        ("text", "备注 備註 Remarks"),
        ("person", "姓名 身份证号 手机 联系电话 聯絡人 Name phone person_id"),
    ],
)
def test_every_name_of_the_contract_is_known_in_three_scripts(kind, names):
    assert {read_head(name).kind for name in names.split()} == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "税收同比",
        "税收增幅(%)",
        "税收增减",
        "占比",
        "较上年增长",
        "税收（预计）",
        "2022年税收目标",
        "上半年税收(亿元)",
        "人均税收(万元)",
        "其中：区级税收",
        "Tax growth",
        "Tax per capita",
    ],
)
def test_a_change_a_share_or_an_outlook_is_never_the_figure(text):
    assert read_head(text).kind == "left_out"


@pytest.mark.parametrize(
    "text",
    "联系人电话 联系人手机 负责人电话 联系人/电话 负责人及电话 联系电话1"
    " 电话(负责人) 楼宇负责人 樓宇負責人 楼宇书记 党委书记 员工姓名"
    " 填表人 经办人 报送人 年龄 职务 楼宇(联系人)"
    " contact_phone secretary_name".split(),
)
def test_a_head_that_ends_with_a_word_of_persons_is_about_persons(text):
    assert read_head(text).kind == "person"


@pytest.mark.parametrize(
    "text",
    "书记处 电话会议场次 书记工作室数 党员数(含书记) 负责人数 经理人数 联系人次"
    " 书记项目 手机企业数 物业公司 property_manager".split(),
)
def test_a_head_that_only_holds_such_a_word_is_not(text):
    assert read_head(text).kind != "person"


@pytest.mark.parametrize(
    "text", ["区级税收", "国税", "党员人述", "党组织数", "女党员数", "税收(企业所得税)"]
)
def test_what_is_not_in_the_list_is_not_known(text):
    assert read_head(text).kind == "unknown"


def test_the_nearest_known_name_of_a_slip_is_found():
    assert nearest_name("党员人述") == "党员人数"


@pytest.mark.parametrize(
    ("text", "year", "kind"),
    [
        ("2016", "2016", "years"),
        ("2016年", "2016年", "years"),
        ("FY2016", "fy2016", "years"),
        ("民国110年", "民国110年", "years"),
        ("二〇一六年", "二〇一六年", "years"),
        ("2021年1-12月", "2021年1-12月", "years"),
        ("2016年税收(亿元)", "2016年", "tax"),
        ("税收2016", "2016", "tax"),
        ("税收(2016年)(亿元)", "2016年", "tax"),
        ("2016 Tax (CNY million)", "2016", "tax"),
        ("2016年党员数", "2016年", "members"),
        ("2016年末党员数", "2016年末", "members"),
        ("2016/12/31", "2016/12/31", "years"),
        ("2016年12月31日", "2016年12月31日", "years"),
    ],
)
def test_a_year_stands_before_behind_or_inside(text, year, kind):
    assert (read_head(text).kind, read_head(text).year) == (kind, year)


def test_a_hundred_million_is_no_year_and_neither_is_a_span():
    assert read_head("Tax (100 million yuan)").year == ""
    assert read_head("2016-2020年税收").year == ""


@pytest.mark.parametrize(
    ("lines", "kind", "year", "unit"),
    [
        (["2016年", "税收(亿元)"], "tax", "2016年", "亿元"),
        (["税收(亿元)", "2016"], "tax", "2016", "亿元"),
        (["税收", "全口径", "(亿元)"], "tax", "", "亿元"),
        (["党支部", "数量(个)"], "branches", "", "个"),
        (["党建情况", "党员数"], "members", "", ""),
        (["活动", "人数"], "participants", "", ""),
        (["税收(亿元)", "Tax"], "tax", "", "亿元"),
        (["税收(亿元)", "总额"], "tax", "", "亿元"),
        (["税收(亿元)", "区级"], "unknown", "", ""),
        (["税收", "本年(亿元)"], "tax", "", "亿元"),
        (["2016年", "税收", "本年数（万元）"], "tax", "2016年", "万元"),
        (["税收", "上年(亿元)"], "left_out", "", ""),
        (["税收", "区级(亿元)"], "unknown", "", ""),
        (["2022年计划", "税收(亿元)"], "left_out", "", ""),
        (["税收(亿元)", "增幅"], "left_out", "", ""),
    ],
)
def test_the_lines_of_a_head_say_one_thing_together(lines, kind, year, unit):
    head = join_heads(lines)
    assert head.kind == kind
    assert kind in ("unknown", "left_out") or (head.year, head.unit) == (year, unit)


SOURCE = resources.files("hengstats").joinpath("intake/buildings/heads.toml")
LISTS = tomllib.loads(SOURCE.read_text("utf-8"))


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
