@echo off
rem Install without network on Windows: double-click this file.
rem Kept in ASCII: cmd reads this file in the code page of the machine, so Chinese lives in other files.
setlocal DisableDelayedExpansion
pushd "%~dp0"
chcp 65001 >nul 2>nul
set "PYTHONUTF8=1"

set "PYTHON=py -3"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 6))" >nul 2>nul
if not errorlevel 1 goto install
set "PYTHON=python"
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 6))" >nul 2>nul
if not errorlevel 1 goto install
type no-python.txt
goto failed

:install
%PYTHON% install.py %*
if errorlevel 1 goto failed
pause >nul
popd
exit /b 0

:failed
pause >nul
popd
exit /b 1
