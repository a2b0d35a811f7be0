@echo off
rem Double-click to start, or drop a round pack on this file.
rem Kept in ASCII: cmd reads this file in the code page of the machine, so Chinese lives in docs\start.
setlocal DisableDelayedExpansion
pushd "%~dp0"
chcp 65001 >nul 2>nul
mode con cols=120 lines=40 >nul 2>nul
set "PYTHONUTF8=1"
set "PIP_DISABLE_PIP_VERSION_CHECK=1"
set "VENV=%~dp0.venv\Scripts\python.exe"

rem A .venv copied from another machine, half made or of an older version is made anew;
rem one that was not made here (by the commands of the README) is taken as it is.
if not exist "%VENV%" goto install
"%VENV%" -c "import inspect_tui" >nul 2>nul
if errorlevel 1 goto install
if not exist .venv\installed.toml goto start
fc /b pyproject.toml .venv\installed.toml >nul 2>nul
if errorlevel 1 goto install
goto start

:install
set "PYTHON=py -3"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if not errorlevel 1 goto make
set "PYTHON=python"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if not errorlevel 1 goto make
type docs\start\no-python.txt
goto failed

:make
type docs\start\installing.txt
%PYTHON% -m venv --clear .venv
if errorlevel 1 goto broken
if exist wheels\ goto offline
"%VENV%" -m pip install -q -c constraints.txt .
if errorlevel 1 goto broken
goto installed

:offline
"%VENV%" -m pip install -q --no-index --find-links wheels inspect-tui
if errorlevel 1 goto broken

:installed
copy /y pyproject.toml .venv\installed.toml >nul

:start
if "%~1"=="" goto plain
"%VENV%" -m inspect_tui "%~f1"
goto ended

:plain
"%VENV%" -m inspect_tui

:ended
if not errorlevel 1 goto done
type docs\start\stopped.txt
goto failed

:broken
type docs\start\install-failed.txt

:failed
pause >nul
popd
exit /b 1

:done
popd
exit /b 0
