#!/bin/sh
# Install xltool without a network into ~/.local/share/xltool (or the folder given), for Python 3.11 to 3.13.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$HOME/.local/share/xltool}
for python in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
  "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue
  "$python" -m venv --clear "$target"
  "$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$here/wheels" \
    "xltool[published,crypto,localise,export]"
  "$target/bin/xltool" --version
  echo "已安装：$target/bin/xltool"
  exit 0
done
echo "没有找到 Python 3.11、3.12 或 3.13（要带 venv 模块）。请先安装，或用 PYTHON=/路径/python3 指明。" >&2
exit 2
