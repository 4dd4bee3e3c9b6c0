#!/usr/bin/env python3
"""Set hengstats up in .venv and run it; the standard library is enough.

This file keeps to the syntax of Python 3.6 and imports nothing newer: whoever starts it
with an old Python must get far enough to be told so.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
STAMP = "hengstats.sha256"  # in each environment: what it was made for
MINE = "my-notebooks"  # where notebooks are worked on; git does not see it
SAFE = ["-P"]  # no module that lies in the user's folder is run

# Each environment belongs to this script: what it did not finish is made again. The
# benchmarks have their own, so that nobody else downloads their peers, and nothing that
# is tested can lean on them.
ENVS = {
    "requirements.lock": ".venv",
    "requirements-bench.lock": ".venv-bench",
}
CHOICES = {
    "requirements.lock": ["--extra=report", "--extra=zh", "--extra=test"],
    "requirements-bench.lock": ["--extra=bench", "--constraint=requirements.lock"],
}
# A setting of pip, and what uv reads it from.
UV_WORDS = {
    "index-url": "UV_DEFAULT_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "HTTPS_PROXY",
    "cert": "SSL_CERT_FILE",
}

HELP = """\
用法 / usage: python3 run.py VERB [ARGS]     (Windows: py run.py VERB [ARGS])

  report [DATASET]   生成图表、笔记本与报告   charts, notebooks and report, in build/
  hengstats ARGS     hengstats 的任何命令     any verb of hengstats, e.g. new mydata
  test               运行全部测试             all tests; ARGS go to pytest
  check              提交前的检查             format, lint, types and fast tests
  lab                打开 JupyterLab          JupyterLab on a copy, in my-notebooks/
  bench [NAME...]    运行基准测试             the benchmarks, all or those named
  lock               重写两个锁文件           resolve again; newer with --upgrade

第一次运行会自动安装到 .venv（基准测试用 .venv-bench），约需两三分钟。
The first run sets up .venv (bench: .venv-bench), which takes two or three minutes.
"""


def say(chinese, english):
    """Print one message in both languages, apart from results on standard output."""
    print(chinese + "\n" + english, file=sys.stderr, flush=True)


def obstacle(version, can_make_env):
    """Return why this Python cannot be used, in both languages, or None."""
    if version[:2] < OLDEST:
        found = "{}.{}".format(*version)
        return (
            f"需要 Python 3.11 或更新版本，当前是 {found}。",
            f"hengstats needs Python 3.11 or newer; this is {found}.",
        )
    if not can_make_env:
        remedy = "sudo apt install python3-venv"
        return (
            f"这个 Python 缺少 venv 组件。Debian 或 Ubuntu 请先运行：{remedy}",
            f"This Python lacks venv. On Debian or Ubuntu, first run: {remedy}",
        )
    return None


def env_python(env, system=os.name):
    """Return where the interpreter of a virtual environment stands."""
    return env / ("Scripts/python.exe" if system == "nt" else "bin/python")


def fingerprint(root, lock_file):
    """Return a SHA-256 over all that decides what an environment holds."""
    digest = hashlib.sha256(str(root).encode())  # a .venv does not survive a move
    for name in (lock_file, "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def start(command, settings=(), **options):
    """Start a command, in the repository root unless told otherwise, with UTF-8."""
    words = [str(word) for word in command]
    # Where a proxy inspects traffic, uv must trust the same certificates as the system.
    environment = {"UV_SYSTEM_CERTS": "1", **dict(settings)}
    # JupyterLab in Chinese, and without asking anybody for news.
    environment["JUPYTER_CONFIG_PATH"] = str(ROOT / "notebooks" / "jupyter")
    environment.update(os.environ)
    environment.update(PYTHONUTF8="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    options.setdefault("cwd", str(ROOT))
    return subprocess.Popen(words, env=environment, **options)


def call(*command, **options):
    """Run a command to its end and return its exit code."""
    code = start(command, **options).wait()
    return code if code >= 0 else 128 - code  # killed by a signal: as shells have it


def call_each(commands, **options):
    """Run commands in order, stop at the first that fails, return its exit code."""
    codes = (call(*words, **options) for words in commands)
    return next((code for code in codes if code), 0)


def pip_settings(python):
    """Return the mirror, proxy and certificate that pip is set to, in uv's words."""
    listed = [python, "-m", "pip", "config", "list"]
    with start(
        listed, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
    ) as pip:
        found = re.findall(r"^\S+?\.([a-z-]+)='(.*)'$", pip.stdout.read(), re.MULTILINE)
    return [
        (UV_WORDS[name], value) for name, value in reversed(found) if name in UV_WORDS
    ]


def install(env, lock_file):
    """Make an environment and fill it, by uv where it can be had; return an exit code.

    What uv cannot do, pip does, in three times the time.
    """
    uv, python = shutil.which("uv"), env_python(env)
    if uv:
        code = call(uv, "venv", "--quiet", "--python", sys.executable, env)
        return code or install_with_uv([uv], env, lock_file)
    code = call(sys.executable, "-m", "venv", env)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if code or call(python, "-m", "pip", "install", "uv", **quiet):
        return code or install_with_pip(env, lock_file)
    settings = pip_settings(python)
    code = install_with_uv([python, "-m", "uv"], env, lock_file, settings)
    return code and install_with_pip(env, lock_file)


def install_with_uv(uv, env, lock_file, settings=()):
    """Fill an empty environment with uv and return an exit code."""
    # Compiled now, other people's files cannot warn about their syntax on first import,
    # when tests have made warnings errors. pip compiles without being asked.
    words = [*uv, "pip", "install", "--python", env_python(env), "--compile-bytecode"]
    return call_each(
        [
            [*words, "--require-hashes", "-r", lock_file],
            [*words, "--quiet", "--no-deps", "--no-build-isolation", "-e", "."],
        ],
        settings=settings,
    )


def install_with_pip(env, lock_file):
    """Fill an empty environment with pip, one dot a package; return an exit code."""
    words = [env_python(env), "-u", "-m", "pip", "install"]
    locked = [*words, "--require-hashes", "-r", lock_file]
    with start(
        locked, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
    ) as pip:
        for line in pip.stdout:
            if line.startswith("Collecting"):
                print(".", end="", file=sys.stderr, flush=True)
            elif line.startswith("Installing"):
                say("\n下载完毕，正在写入磁盘……", "Downloaded; writing to disk ...")
    project = ["--quiet", "--no-deps", "--no-build-isolation", "-e", "."]
    return pip.returncode or call(*words, *project)


def remove_env(env):
    """Remove an environment, if it is there; return False if something is using it."""
    if Path(sys.prefix).resolve() == env:
        return False
    try:
        shutil.rmtree(str(env))
    except FileNotFoundError:
        return True
    except PermissionError:  # Windows keeps the files of running programs
        return False
    return True


def set_up(lock_file):
    """Make the environment as its lock says, unless it is so; return an exit code."""
    env = ROOT / ENVS[lock_file]
    stamp = env / STAMP
    wanted = fingerprint(ROOT, lock_file)
    if env_python(env).exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    if not remove_env(env):
        say(
            f"{env.name} 需要重建，但正在使用：请关闭 JupyterLab、退出 {env.name}，"
            "再运行一次。",
            f"{env.name} has to be made again but is in use: close JupyterLab, "
            f"deactivate {env.name}, then run this again.",
        )
        return 1
    say(
        f"正在按 {lock_file} 安装到 {env.name}，约需两三分钟，只在第一次……",
        f"Putting {lock_file} into {env.name}: 2 or 3 minutes, this time only ...",
    )
    code = install(env, lock_file)
    if code:
        say(
            "安装没有完成。请检查网络后再运行一次；pip 或 uv 已设置的镜像照常有效。",
            "Not finished. Check the network and run this again; a mirror that pip or "
            "uv is set to use applies here too.",
        )
    else:
        stamp.write_text(wanted)
    return code


def lock_words(lock_file, args):
    """Return what uv is told to write a lock again."""
    # No address of a registry may get into the file: everyone has their own mirror.
    words = ["pip", "compile", "pyproject.toml", "--output-file", lock_file]
    words += ["--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"]
    words += ["--no-emit-index-url", "--no-header"]
    return [*words, *CHOICES[lock_file], *args]


def lock(args):
    """Write both locks again, the benchmarks' by the first; return an exit code."""
    uv = shutil.which("uv")
    if uv:
        return call_each([uv, *lock_words(each, args)] for each in CHOICES)
    with tempfile.TemporaryDirectory() as folder:
        python = env_python(Path(folder))
        return call_each(
            [
                [sys.executable, "-m", "venv", folder],
                [python, "-m", "pip", "install", "--quiet", "uv"],
                *([python, "-m", "uv", *lock_words(each, args)] for each in CHOICES),
            ]
        )


def copy_notebooks():
    """Copy the notebooks to where they are worked on; what is there stays as it is."""
    mine = ROOT / MINE
    mine.mkdir(exist_ok=True)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if not (mine / path.name).exists():
            shutil.copyfile(str(path), str(mine / path.name))
    say(
        f"笔记本在 {MINE}/ 里打开，可以随意改；删去其中一个，下次就换上原样的。",
        f"The notebooks open in {MINE}/: change them as you like; one that you delete "
        "is there again, as it was, next time.",
    )


def jobs(args):
    """Return, for each verb, what the interpreter is given, in order."""
    # A process a core, and each file whole in one of them: its documents are made once.
    pytest = ["-W", "error", "-m", "pytest", "-n", "auto", "--dist", "loadfile"]
    # The file with few tests that take long, Spark's, is not to come last.
    pytest.append("--no-loadscope-reorder")
    scripts = sorted((ROOT / "benchmarks").glob("*.py"))
    asked = [script for script in scripts if script.stem in args]
    options = [word for word in args if word not in [one.stem for one in scripts]]
    return {
        "report": [[*SAFE, "-m", "hengstats", "report", *args]],
        "hengstats": [[*SAFE, "-m", "hengstats", *args]],
        "test": [[*pytest, *args]],
        "check": [
            ["-m", "ruff", "format", "--check"],
            ["-m", "ruff", "check"],
            ["-m", "mypy", "hengstats"],
            [*pytest, "-m", "not slow", *args],
        ],
        "lab": [["-m", "jupyterlab", MINE, *args]],
        "bench": [[script, *options] for script in asked or scripts],
    }


def main(argv):
    """Do what one verb says and return an exit code."""
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    reason = obstacle(sys.version_info, has_ensurepip or shutil.which("uv"))
    if reason:
        say(*reason)
        return 1
    verb, args = (argv[0], argv[1:]) if argv else ("", [])
    if verb in ("-h", "--help"):
        sys.stdout.reconfigure(errors="replace")  # a pipe may not know Chinese
        print(HELP)
        return 0
    if verb == "lock":
        return lock(args)
    if verb not in jobs(args):
        print(HELP, file=sys.stderr)
        return 2
    if not jobs(args)[verb]:
        say("还没有基准测试。", "There are no benchmarks yet.")
        return 0
    lock_file = "requirements-bench.lock" if verb == "bench" else "requirements.lock"
    python = env_python(ROOT / ENVS[lock_file])
    # The files of these two are named from where the user stands.
    place = os.getcwd() if verb in ("report", "hengstats") else str(ROOT)
    steps = [[python, *job] for job in jobs(args)[verb]]
    if verb == "lab":
        copy_notebooks()
    return set_up(lock_file) or call_each(steps, cwd=place)


if __name__ == "__main__":
    # Ctrl-C reaches the child as well, and the child decides: JupyterLab asks first.
    signal.signal(signal.SIGINT, lambda *_: None)
    sys.exit(main(sys.argv[1:]))
