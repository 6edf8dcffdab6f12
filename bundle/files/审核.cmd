@echo off
setlocal
title 审核报表
set "XLTOOL=%LOCALAPPDATA%\xltool\Scripts\xltool.exe"
if not exist "%XLTOOL%" (
  echo 还没有安装。请先双击“安装.cmd”。
  pause
  exit /b 2
)
if "%~1"=="" (
  echo 请把收回报表的文件夹（或一份报表）拖到本文件上。
  pause
  exit /b 2
)
set "ROSTER="
for %%f in ("%~dp0名册.xlsx" "%~dp0名册.csv" "%~dp1名册.xlsx" "%~dp1名册.csv") do if not defined ROSTER if exist "%%~f" set "ROSTER=%%~f"
for /f %%t in ('powershell -NoProfile -Command "Get-Date -Format yyyyMMdd-HHmmss"') do set "NOW=%%t"
set "OUTPUT=%~dp1退回 %NOW%"
if defined ROSTER (
  "%XLTOOL%" check "%~1" --roster "%ROSTER%" --return "%OUTPUT%"
) else (
  "%XLTOOL%" check "%~1" --return "%OUTPUT%"
)
set "CODE=%ERRORLEVEL%"
if exist "%OUTPUT%" start "" "%OUTPUT%"
pause
exit /b %CODE%
