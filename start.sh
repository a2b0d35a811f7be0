#!/bin/sh
# Start on Linux (统信 UOS, 麒麟 and others): sh start.sh, or sh start.sh 发包文件.json
set -u

case "${1-}" in
    "" | /*) pack=${1-} ;;
    *) pack=$PWD/$1 ;;
esac
cd "$(dirname "$0")" || exit 1
PIP_DISABLE_PIP_VERSION_CHECK=1
PYTHONUTF8=1
export PIP_DISABLE_PIP_VERSION_CHECK PYTHONUTF8

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

# A .venv copied from another machine, half made or of an older version is made anew; one that was not made
# here (by the commands of the README) is taken as it is.
ready() {
    .venv/bin/python -c 'import inspect_tui' >/dev/null 2>&1 || return 1
    [ ! -e .venv/installed.toml ] || cmp -s pyproject.toml .venv/installed.toml
}

install() {
    "$1" -m venv --clear .venv || return 1
    if [ -d wheels ]; then
        .venv/bin/python -m pip install -q --no-index --find-links wheels inspect-tui || return 1
    else
        .venv/bin/python -m pip install -q -c constraints.txt . || return 1
    fi
    cp pyproject.toml .venv/installed.toml
}

if ! ready; then
    if ! python=$(find_python); then
        echo "没有找到可用的 Python。本程序需要 Python 3.11 或更新的版本，请先安装，再运行本文件。" >&2
        exit 1
    fi
    echo "第一次在这台电脑上启动，正在准备，约需一两分钟……"
    if ! install "$python"; then
        {
            echo "没有准备好，原因见上面几行。常见的有："
            echo "  1. 电脑没有联网。可在联网的同类电脑上执行 python3 -m pip wheel -c constraints.txt -w wheels . ，"
            echo "     把生成的 wheels 文件夹拷到本文件夹里，再运行本文件；"
            echo "  2. 缺少 venv 组件。请安装系统的 python3-venv 软件包；"
            echo "  3. 本文件夹不能写入，或磁盘空间不足。"
        } >&2
        exit 1
    fi
fi

if [ -n "$pack" ]; then
    exec .venv/bin/python -m inspect_tui "$pack"
fi
exec .venv/bin/python -m inspect_tui
