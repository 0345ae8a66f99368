"""A Modbus server made of pymodbus, which is not ours: `tcp PORT` or `rtu PATH`. Says READY when it can be asked."""
import asyncio
import logging
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

# Each refusal that a test provokes is an error to it.
logging.disable(logging.CRITICAL)


def unit(first):
    block = lambda values: ModbusSequentialDataBlock(0, values)
    # 230.1 as float32 ABCD, then CDAB; 4294967295 as uint32; -2 as int16; a text.
    holding = [0x4366, 0x199A, 0x199A, 0x4366, 0xFFFF, 0xFFFF, 0xFFFE, 0x5055, 0x4D50, first] + [0] * 90
    return ModbusSlaveContext(
        co=block([0, 1] * 20),
        di=block([1, 0, 0] * 10),
        ir=block([2301, 0, 0, 0, 1, 0] + [0] * 20),
        hr=block(holding),
        zero_mode=True,
    )


async def main(kind, where):
    context = ModbusServerContext(slaves={1: unit(11), 2: unit(22)}, single=False)
    if kind == "tcp":
        server = ModbusTcpServer(context, framer=ModbusSocketFramer, address=("127.0.0.1", int(where)), ignore_missing_slaves=True)
        serving = asyncio.ensure_future(server.serve_forever())
        await server.serving
    else:
        server = ModbusSerialServer(context, framer=ModbusRtuFramer, port=where, baudrate=19200, ignore_missing_slaves=True)
        await server.start()
        serving = asyncio.ensure_future(server.serve_forever())
    print("READY", flush=True)
    await serving


asyncio.run(main(sys.argv[1], sys.argv[2]))
