#!/bin/sh
# Tasks of Ray run at niceness 15: beside one busy process on their core they get a few hundredths of it, not half.
#
# Version: ray 2.60.0, Linux x86_64, Python 3.11.
#
# Who compares Ray with plain processes, or runs its tests beside others, measures the priority and not Ray: a job of two
# minutes took over five. ray.init() has no argument for it; the variable that changes it is written in mixed case, and is
# read when the instance starts.
#
# Output seen, on a core that nothing else uses (the share is not compared with these figures, the two with each other):
#   as it is: niceness 15 above the driver's, 0.04 of a busy core
#   with RAY_worker_niceness=0: niceness 0 above the driver's, 0.49 of a busy core
#
# Installs into a temporary folder; fails if the behaviour is another.
set -eu
folder=$(mktemp -d /tmp/f-XXXX)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ray==2.60.0
cat > "$folder/show.py" <<'PYTHON'
import os
import subprocess
import sys
import time

import ray


def own_and_share() -> tuple[int, float]:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    began, used = time.monotonic(), time.process_time()
    while time.monotonic() - began < 6:
        pass
    return os.getpriority(os.PRIO_PROCESS, 0), (time.process_time() - used) / (time.monotonic() - began)


ray.init("local", num_cpus=1, include_dashboard=False, _temp_dir=sys.argv[1])
task = ray.remote(own_and_share)
ray.get(task.remote())  # its worker has started
busy = subprocess.Popen(
    [sys.executable, "-c", "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"]
)
try:
    niceness, share = ray.get(task.remote())
finally:
    busy.kill()
print(f"niceness {niceness - os.getpriority(os.PRIO_PROCESS, 0)} above the driver's, {share:.2f} of a busy core")
PYTHON
export RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=token RAY_AUTH_TOKEN=$(python3 -c 'import secrets; print(secrets.token_hex(32))')
one=$("$folder/venv/bin/python" "$folder/show.py" "$folder/a" 2>/dev/null)
echo "as it is: $one"
two=$(RAY_worker_niceness=0 "$folder/venv/bin/python" "$folder/show.py" "$folder/b" 2>/dev/null)
echo "with RAY_worker_niceness=0: $two"
[ "$(echo "$one $two" | awk '{ print ($2 == 15 && $12 == 0 && $6 < $16) }')" = 1 ] || { echo "the behaviour has changed"; exit 1; }
