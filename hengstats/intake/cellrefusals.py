"""Why is the text of a figure cell refused, and under which reason code?"""

import re

from hengstats.intake.characters import half, quote
from hengstats.intake.result import Refusal
from hengstats.intake.units import is_foreign, unit_words

NON_FINITE = "nan inf infinity ∞ 无穷 无穷大 无限".split()
NOTHING = "无 没有 none nil".split()
ERRORS = (
    "#n/a #ref! #div/0! #value! #name? #num! #null! #spill! #calc! #field! #blocked!"
    " #connect! #unknown! #busy! #getting_data"
).split()
_NUMERALS = set("零〇一二两三四五六七八九十百千万亿")
_TAIL = re.compile(
    r"[-0-9., ]*[0-9][多余百千万亿]*\s?(?P<tail>\D{1,8}?)(?:以上|以下|左右)?"
)
LONGEST = 60  # no figure has a longer wording


def refuse_text(printed: str) -> Refusal:
    """Return the refusal of a text that is no figure of the closed grammar.

    Parameters
    ----------
    printed : str
        The wording of the cell; quoted only where it could not name a person.
    """
    text, shown = half(printed[:LONGEST]), quote(printed)
    if text.startswith("="):
        return Refusal(
            "formula_text",
            "写的是公式，不是数",
            "在 Excel 里算出结果，再粘贴为数值",
            "the cell holds the text of a formula; paste its result as a value",
        )
    if text in ERRORS:
        return Refusal(
            "error_cell",
            f"是 Excel 的错误值 {text.upper()}",
            "改正公式，或留空表示没有数字",
            f"the cell holds {text.upper()}; mend the formula or leave the cell blank",
        )
    if text.lstrip("+-−") in NON_FINITE:
        return Refusal(
            "non_finite",
            "不是有限的数（inf、nan、∞）",
            "核对来源；没有数字就留空",
            "the number is not finite; leave the cell blank if there is none",
        )
    if text in NOTHING:
        return Refusal(
            "ambiguous_number",
            f"{shown}可能是零，也可能是不知道",
            "写明：没有就写 0，不知道就留空",
            "none may mean zero or not known; write 0 or leave the cell blank",
        )
    tail = _TAIL.fullmatch(text)
    if (
        re.search("[%‰]|百分之|percent", text)
        or is_foreign(text)
        or (tail and tail["tail"].strip() in unit_words())
    ):
        return Refusal(
            "unit_mismatch",
            f"{shown or '这一格'}的单位不是这一栏的单位",
            "核对来源；百分比、外币和别的计量单位不换算",
            "the unit in the cell does not fit this column; percentages, other"
            " currencies and other counts are not converted",
        )
    digits = any(c.isnumeric() and not c.isalpha() for c in text)
    if digits or (shown and set(text) & _NUMERALS):
        mend = "只留数字、限定词和单位，如 1234、1,234、约300、30-35、26.3亿元"
        if shown and re.fullmatch("[0-9]+,[0-9]+", text):
            mend = f"写成 {text.replace(',', '.')} 或 {text.replace(',', '')}"
        return Refusal(
            "ambiguous_number",
            f"{shown}不能只读成一个数" if shown else "数字前后有不认识的文字或写法",
            mend,
            "this is not one number beyond doubt; leave only digits, one qualifier and"
            " the unit, such as 1,234 or 约300",
        )
    return Refusal(
        "invalid_number",
        "不是数字",
        "写成数字；没有数字就留空，说明写进备注栏",
        "this is not a number; leave the cell blank if there is none",
    )


def refuse_currency(printed: str) -> Refusal:
    """Return the refusal of ¥26.3 under 亿元: the currency alone is no unit."""
    return Refusal(
        "ambiguous_number",
        f"{quote(printed) or '这一格'}只写明是人民币，不知道是元还是表头的单位",
        "删去币种，或写成 26.3亿元、2630万元、263000元",
        "the cell names the currency only: yuan, or the unit of the head? drop the"
        " currency or write the unit",
    )
