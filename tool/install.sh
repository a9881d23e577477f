#!/usr/bin/env bash
# Installs preflight, as it lies beside this file, into a virtual environment of its own: tool/install.sh FOLDER [site]
# With "site", what writes the pages of the inventory is installed, too; the gate does not need it.
# Prints the folder with the program. Nothing is installed that is not pinned by its hash, and nothing is built but preflight.
#
# -I everywhere: Python would else import from the folder in which it is called, and in a CI job that is the change that
# is to be judged. A file venv.py in it would be the gate.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PREFLIGHT_PYTHON:-python3}
"$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11) and "preflight needs Python 3.11 or newer")'
"$python" -I -m venv "$1"
case ${2:-core} in
  core | site) pins=$here/tool/constraints-${2:-core}.txt ;;
  *) echo "$2 is no part that can be installed; there is: site" >&2 && exit 2 ;;
esac
programs=$1/bin
if [ -d "$1/Scripts" ]; then programs=$1/Scripts; fi # Windows
pip=("$programs/python" -I -m pip --disable-pip-version-check --quiet install)
"${pip[@]}" --require-hashes --only-binary :all: -r "$pins" -r "$here/tool/constraints-build.txt" >&2
"${pip[@]}" --no-deps --no-build-isolation --no-index "$here" >&2
echo "$programs"
