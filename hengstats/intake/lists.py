"""Which wordings are known, in 简体, 繁體 and English?"""

import tomllib
from functools import cache
from importlib import resources


@cache
def read_lists(file: str) -> dict[str, dict[str, list[str]]]:
    """Return the closed lists of a TOML file of `intake`, the three scripts joined."""
    source = resources.files("hengstats").joinpath("intake", file)
    return {
        section: {
            name: [form for script in scripts for form in script.split("|")]
            for name, scripts in entries.items()
        }
        for section, entries in tomllib.loads(source.read_text("utf-8")).items()
    }
