"""The examples in the README run, and what it names is there."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_readme_says():
    example = "\n".join(re.findall(r"```python\n(.*?)```", README, re.S))
    parsed = doctest.DocTestParser().get_doctest(example, {}, "README.md", None, 0)
    result = doctest.DocTestRunner().run(parsed)
    assert (result.failed, result.attempted) == (0, 19)


def test_the_chinese_example_runs():
    code = re.findall(r"```python\n(.*?)```", CHINESE, re.S)[0]
    names: dict[str, object] = {}
    exec(compile(code, "README.zh.md", "exec"), names)
    assert len(names["panel"]) > 0


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh.md"])
def test_every_file_named_by_a_link_is_there(text):
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("text", [README, CHINESE], ids=["README.md", "README.zh.md"])
def test_the_counts_in_the_readme_are_those_of_the_data(text):
    import hengstats as hs

    folders = ("plaza66", "comparators")
    printed = [hs.load_records(f).query("qualifier != 'not_found'") for f in folders]
    sources = {key for table in printed for key in table["source"]}
    figures = sum(map(len, printed))
    milestones = [hs.load_milestones(folder)["source"] for folder in folders]
    cited = sources | {key for column in milestones for key in column}
    assert (str(figures) in text, str(len(cited)) in text) == (True, True)
