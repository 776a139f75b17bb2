#!/bin/sh
# asyncua gives derived structures without fields of their own no definition; its clients then cannot read ResultDataType.
#
# Version: asyncua 2.1.0 with the nodeset of OPC 40100-1 (node-opcua-nodesets 2.182.0), Linux x86_64, Python 3.11.
#
# The machine vision nodeset derives ConfigurationIdDataType, RecipeIdExternalDataType and RecipeIdInternalDataType from
# BinaryIdBaseDataType and adds nothing: their <Definition> holds no <Field>. `Server.import_xml` leaves out the
# DataTypeDefinition of such a type (None, without a word), where its fields are those of its base. A client in another
# process then cannot build what contains them: load_data_type_definitions() logs errors, returns as if all were well, and
# lacks four structures; a value of ResultDataType, the result of an inspection, arrives as bare bytes.
# In the server's own process all is well: there import_xml makes the classes itself, so a test in one process sees nothing.
# Remedy: after the import write a StructureDefinition with the base's fields to the DataTypeDefinition of such types.
#
# Output seen:
#   without definition: ConfigurationIdDataType RecipeIdExternalDataType RecipeIdInternalDataType
#   raised: False
#   loaded: PartIdDataType
#   not loaded: ConfigurationDataType ConfigurationTransferOptions RecipeTransferOptions ResultDataType
#   ResultDataType arrives as: ExtensionObject
#
# Installs into a temporary folder; fails if the behaviour is another. Needs npm (to fetch the nodeset) and a loopback port.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check asyncua==2.1.0
(cd "$folder" && npm pack --silent node-opcua-nodesets@2.182.0 > packed && tar -xzf "$(tail -n 1 packed)")
cat > "$folder/client.py" <<'PYTHON'
import asyncio
import logging
import sys

from asyncua import Client, ua

logging.disable(logging.CRITICAL)
NAMES = ("ConfigurationDataType", "ConfigurationTransferOptions", "PartIdDataType", "RecipeTransferOptions", "ResultDataType")


async def show(address, node):
    async with Client(address) as client:
        try:
            await client.load_data_type_definitions()
            print("raised: False")
        except Exception:
            print("raised: True")
        print("loaded:", *(name for name in NAMES if hasattr(ua, name)))
        print("not loaded:", *(name for name in NAMES if not hasattr(ua, name)))
        print("ResultDataType arrives as:", type(await client.get_node(node).read_value()).__name__)


asyncio.run(show(*sys.argv[1:]))
PYTHON
cat > "$folder/server.py" <<'PYTHON'
import asyncio
import logging
import socket
import sys

from asyncua import Server, ua

logging.disable(logging.CRITICAL)
EMPTY = {"ConfigurationIdDataType": 3008, "RecipeIdExternalDataType": 3002, "RecipeIdInternalDataType": 3013}
KNOWN = """\
without definition: ConfigurationIdDataType RecipeIdExternalDataType RecipeIdInternalDataType
raised: False
loaded: PartIdDataType
not loaded: ConfigurationDataType ConfigurationTransferOptions RecipeTransferOptions ResultDataType
ResultDataType arrives as: ExtensionObject
"""


async def undefined(server, space):
    """The names of the types without a definition."""
    names = []
    for name, number in EMPTY.items():
        attribute = ua.AttributeIds.DataTypeDefinition
        value = await server.get_node(ua.NodeId(number, space)).read_attribute(attribute, raise_on_bad_status=False)
        names += [name] if value.Value is None or value.Value.Value is None else []
    return names


async def show(nodeset, client):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"opc.tcp://127.0.0.1:{free.getsockname()[1]}"
    server = Server()
    await server.init()
    server.set_endpoint(address)
    await server.import_xml(nodeset)
    space = await server.get_namespace_index("http://opcfoundation.org/UA/MachineVision")
    result = await server.nodes.objects.add_variable(space, "Result", ua.ResultDataType())
    told = " ".join(["without definition:", *await undefined(server, space)]) + "\n"
    async with server:
        command = (sys.executable, client, address, result.nodeid.to_string())
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        told += (await asyncio.wait_for(process.communicate(), 120))[0].decode()
    print(told, end="")
    return told


sys.exit(0 if asyncio.run(show(*sys.argv[1:])) == KNOWN else "the behaviour has changed")
PYTHON
"$folder/venv/bin/python" "$folder/server.py" "$folder/package/nodesets/Opc.Ua.MachineVision.NodeSet2.xml" "$folder/client.py"
