#!/bin/bash
# Make the virtual environment: venv.sh PYTHON FOLDER
#
# As root on Debian or Ubuntu, what Python needs for it is installed and said so; a
# normal user is told the command.
set -eu
umask 022
python=$1
folder=$2

fits() { "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }

if ! command -v "$python" >/dev/null || ! has_venv; then
    if [ "$(id -u)" != 0 ]; then
        echo "Python's venv module is missing. Run: sudo apt-get install python3-venv" >&2
        exit 1
    elif ! command -v apt-get >/dev/null; then
        echo "Expected Python 3.11 or newer with its venv module: install it first." >&2
        exit 1
    fi
    echo "Installing Debian's package python3-venv."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null
    apt-get install -y -q --no-install-recommends python3-venv >/dev/null
fi
if ! fits; then
    echo "Expected Python 3.11 or newer, got $("$python" --version 2>&1)." >&2
    echo "Name another: make up PYTHON=python3.12" >&2
    exit 1
fi
"$python" -m venv "$folder"
