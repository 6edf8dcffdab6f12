@echo off
setlocal
title 安装 xltool
set "HERE=%~dp0"
set "TARGET=%LOCALAPPDATA%\xltool"
set "PYTHON="
for %%v in (3.13 3.12 3.11) do if not defined PYTHON (
  py -%%v -c "import venv" >nul 2>nul && set "PYTHON=py -%%v"
)
if not defined PYTHON (
  python -c "import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" >nul 2>nul && set "PYTHON=python"
)
if not defined PYTHON (
  echo 没有找到 Python 3.11、3.12 或 3.13。请先安装（不需要管理员权限），再双击本文件。
  echo 不能安装 Python 的电脑，请改用 xltool.html：双击打开，不用安装。
  pause
  exit /b 2
)
echo 正在安装到 %TARGET% ，不联网，约需一分钟……
%PYTHON% -m venv --clear "%TARGET%" || goto failed
"%TARGET%\Scripts\python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "%HERE%wheels" "xltool[published,crypto,localise,export]" || goto failed
"%TARGET%\Scripts\xltool" --version || goto failed
echo.
echo 安装好了。把收回报表的文件夹拖到“审核.cmd”或“汇总.cmd”上即可。
pause
exit /b 0
:failed
echo.
echo 没有安装成功。请把这个窗口的内容交给技术人员。
pause
exit /b 2
