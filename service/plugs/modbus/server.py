"""The server: registers that clients read, and triggers that they write."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from pymodbus.constants import ExcCodes
from pymodbus.simulator import DataType, SimData, SimDevice

from service.contract.errors import SetupError
from service.plug_settings import ModbusSettings
from service.plugs.modbus.connections import BoundedModbusServer
from service.plugs.modbus.registers import LAYOUT, SERVICE, WELL_STRIDE, WELLS_FROM, Flag, well_address
from service.plugs.modbus.wells import ModbusWells

ANY_UNIT = 0
HOLDING = 3
"""The function by which this module writes itself; clients write with others."""

WRITE_ONE = 6
WRITE_SEVERAL = 16
Values = list[int] | list[bool] | None
LOOK_S = 0.1
GATHER_S = 0.02

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # what a client sends wrong, it is told


class ModbusPlug:
    """Shows wells in registers; ``is_ready`` says whether verdicts are given."""

    def __init__(self, settings: ModbusSettings, wells: ModbusWells, is_ready: Callable[[], bool]) -> None:
        self._settings = settings
        self._wells = wells
        self._is_ready = is_ready
        self._shown: dict[int, tuple[int, bool]] = {}

    async def run(self, serves: Callable[[], None]) -> None:
        """Serve until cancelled.

        Raises:
            SetupError: the address cannot be listened on.
        """
        self._shown.clear()
        server = BoundedModbusServer(self._device(), address=(self._settings.host, self._settings.port))
        try:
            await self._show(server)
            await self._listen(server)
            serves()
            await self._keep_showing(server)
        finally:
            await server.shutdown()

    async def _listen(self, server: BoundedModbusServer) -> None:
        try:
            await server.serve_forever(background=True)
        except RuntimeError as error:
            where = f"{self._settings.host}:{self._settings.port}"
            raise SetupError(f"{where} cannot be listened on: free it, or set LEAK_INSPECTION_MODBUS_PORT") from error

    async def _keep_showing(self, server: BoundedModbusServer) -> None:
        changed = self._wells.changed
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await changed.wait()
            changed.clear()
            await self._show(server)
            await asyncio.sleep(GATHER_S)

    def _device(self) -> SimDevice:
        service = SimData(0, values=[0] * (SERVICE[-1].offset + 1), datatype=DataType.REGISTERS)
        words = [0] * (WELL_STRIDE * len(self._wells.blocks))
        wells = SimData(WELLS_FROM, values=words, datatype=DataType.REGISTERS)
        return SimDevice(ANY_UNIT, [service, wells], action=self._accessed)

    async def _accessed(
        self, function: int, _start: int, address: int, count: int, _current: list[int], values: Values
    ) -> ExcCodes | None:
        """Take triggers; everything else that clients write is refused. A read, and what we write, is let through."""
        if values is None or function == HOLDING:
            return None
        number, offset = divmod(address - WELLS_FROM, WELL_STRIDE)
        if function not in {WRITE_ONE, WRITE_SEVERAL} or count != 1 or number < 0 or offset != 0:
            return ExcCodes.ILLEGAL_ADDRESS
        block = self._wells.blocks[number]
        if block.busy:
            return ExcCodes.DEVICE_BUSY
        if values[0]:
            block.trigger(values[0], datetime.now(UTC))
            self._wells.changed.set()
        return None

    async def _show(self, server: BoundedModbusServer) -> None:
        ready, now = self._is_ready(), datetime.now(UTC)
        alarm = not ready
        for number, block in enumerate(self._wells.blocks):
            block.look(now)
            alarm = alarm or block.alarms_in(ready=ready)
            if self._shown.get(number) != (block.revision, ready):
                self._shown[number] = (block.revision, ready)
                await server.async_setValues(ANY_UNIT, HOLDING, well_address(number) + 1, block.words(ready=ready))
        beat = (Flag.SAFE, Flag.ALERT)[int(asyncio.get_running_loop().time()) % 2]
        flags = [Flag.SAFE if ready else Flag.ALERT, Flag.ALERT if alarm else Flag.SAFE]
        await server.async_setValues(ANY_UNIT, HOLDING, 0, [LAYOUT, beat, *flags, len(self._wells.blocks)])
