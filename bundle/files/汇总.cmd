@echo off
setlocal
title 汇总报表
set "XLTOOL=%LOCALAPPDATA%\xltool\Scripts\xltool.exe"
if not exist "%XLTOOL%" (
  echo 还没有安装。请先双击“安装.cmd”。
  pause
  exit /b 2
)
if "%~1"=="" (
  echo 请把收回报表的文件夹拖到本文件上。
  pause
  exit /b 2
)
set "ROSTER="
for %%f in ("%~dp0名册.xlsx" "%~dp0名册.csv" "%~dp1名册.xlsx" "%~dp1名册.csv") do if not defined ROSTER if exist "%%~f" set "ROSTER=%%~f"
if not defined ROSTER (
  echo 没有找到名册。请把“名册.xlsx”（至少有“代码”和“名称”两列）放在本文件旁边，再拖一次。
  pause
  exit /b 2
)
for /f %%t in ('powershell -NoProfile -Command "Get-Date -Format yyyyMMdd-HHmmss"') do set "NOW=%%t"
set "OUTPUT=%~dp1汇总 %NOW%"
"%XLTOOL%" merge "%~1" --roster "%ROSTER%" -o "%OUTPUT%.xlsx" --html "%OUTPUT%.html"
set "CODE=%ERRORLEVEL%"
if exist "%OUTPUT%.html" start "" "%OUTPUT%.html"
pause
exit /b %CODE%
