#!/bin/sh
# Install without network on Linux: sh install.sh, or sh install.sh FOLDER
set -u

for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1; then
        exec "$name" "$(dirname "$0")/install.py" "$@"
    fi
done
cat "$(dirname "$0")/no-python.txt" >&2
exit 1
