#!/bin/sh
# pysparkplug loses the time of an NDEATH exactly when it has one, and makes 0 of it when it has none.
#
# Version: pysparkplug 0.6.1 (protobuf 7.36.2, paho-mqtt 1.6.1), Linux x86_64, Python 3.11.
#
# NDeath.decode asks for the field the wrong way round. Births and data keep their times, so that whoever reads a session
# with it, as a host or as a judge of an edge node, takes correct deaths for ones without a time. The time of the metric
# bdSeq inside survives.
#
# Output seen:
#   0.6.1 birth with time: 1700000000000
#   0.6.1 death with time: None
#   0.6.1 death without time: 0
#
# Installs into a temporary folder; fails if the behaviour is another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pysparkplug==0.6.1 protobuf==7.36.2 paho-mqtt==1.6.1
cat > "$folder/show.py" <<'PYTHON'
import sys

import pysparkplug as sp

AT = 1_700_000_000_000
number = sp.Metric(AT, "bdSeq", sp.DataType.INT64, value=3)


def death(at):
    return sp.NDeath.decode(sp.NDeath(at, number).encode()).timestamp


birth = sp.NBirth.decode(sp.NBirth(AT, 0, (number,)).encode()).timestamp
seen = {"birth with time": birth, "death with time": death(AT), "death without time": death(None)}
for name, value in seen.items():
    print(sp.__version__, f"{name}: {value}")
expected = {"birth with time": AT, "death with time": None, "death without time": 0}
sys.exit(0 if seen == expected else "the behaviour has changed")
PYTHON
"$folder/venv/bin/python" "$folder/show.py"
