#!/usr/bin/env bash
# Install the offline package into a fresh environment without a network, and run the demo from it.
set -euo pipefail
package=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m zipfile -e "$package" .
cd xltool-*/
sha256sum --check --quiet SHA256SUMS
without_network=()
if unshare --user --net true 2>/dev/null; then without_network=(unshare --user --net --map-root-user); fi
"${without_network[@]}" env PIP_NO_INDEX=1 sh install.sh "$folder/installed"
cd "$folder"
"${without_network[@]}" installed/bin/xltool demo -o demo
test -f demo/2025年度汇总.xlsx
echo "installed without a network (${without_network[*]:-pip --no-index}), demo run"
