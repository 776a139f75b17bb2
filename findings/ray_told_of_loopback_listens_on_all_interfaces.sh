#!/bin/sh
# ray.init(_node_ip_address="127.0.0.1") listens on all interfaces; a variable named for Windows and macOS confines it.
#
# Version: ray 2.60.0, Linux x86_64, Python 3.11.
#
# Ray resolves a loopback address that it is given to the machine's own address in its network, and then binds the ports
# of gcs_server and raylet to the wildcard. With RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0, which is said to be of those systems
# alone, the address of the node is 127.0.0.1 on Linux too, and every port is bound to it. Needs an interface beside
# loopback.
#
# Output seen:
#   told 127.0.0.1 by argument: confined=False
#   told by RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0: confined=True
#
# Installs into a temporary folder; fails if the behaviour is another.
set -eu
folder=$(mktemp -d /tmp/f-XXXX)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ray==2.60.0
cat > "$folder/show.py" <<'PYTHON'
import os
import sys
from pathlib import Path

import ray

ray.init("local", num_cpus=1, include_dashboard=False, _node_ip_address="127.0.0.1", _temp_dir=sys.argv[1], log_to_driver=False)
inodes = set()
for pid in filter(str.isdecimal, os.listdir("/proc")):
    try:
        if Path(f"/proc/{pid}/comm").read_text().strip() in {"gcs_server", "raylet"} and sys.argv[1] in Path(f"/proc/{pid}/cmdline").read_text():
            inodes |= {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    except OSError:
        continue
listening = []
for table in ("tcp", "tcp6"):
    for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
            listening.append(fields[1].rpartition(":")[0])
assert listening
print(all(address.endswith("0100007F") for address in listening))
PYTHON
export RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=token RAY_AUTH_TOKEN=$(python3 -c 'import secrets; print(secrets.token_hex(32))')
one=$("$folder/venv/bin/python" "$folder/show.py" "$folder/a" 2>/dev/null)
echo "told 127.0.0.1 by argument: confined=$one"
two=$(RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 "$folder/venv/bin/python" "$folder/show.py" "$folder/b" 2>/dev/null)
echo "told by RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0: confined=$two"
[ "$one/$two" = False/True ] || { echo "the behaviour has changed"; exit 1; }
