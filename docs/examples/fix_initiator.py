"""A FIX initiator in fifty lines: logs on to the demo session EXAN, reports one fill, logs out.

    python3 docs/examples/fix_initiator.py [port] [ExecID]

Both sides count from one at its logon, so it can be run again and again; the same ExecID is booked
once.
"""

import socket
import sys
from datetime import UTC, datetime

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 9878
EXEC_ID = sys.argv[2] if len(sys.argv) > 2 else "EXAMPLE-1"  # noqa: PLR2004 - two arguments
NOW = datetime.now(UTC)


def message(kind: str, number: int, *fields: str) -> bytes:
    """Return a whole message: header, fields, BodyLength and CheckSum."""
    sent = f"{datetime.now(UTC):%Y%m%d-%H:%M:%S}"
    body = [f"35={kind}", f"34={number}", "49=EXAN", f"52={sent}", "56=DENOUEMENT", *fields]
    text = "".join(f"{field}\x01" for field in body)
    whole = f"8=FIX.4.4\x019={len(text)}\x01{text}".encode("latin-1")
    return whole + f"10={sum(whole) % 256:03d}\x01".encode()


def shown(raw: bytes) -> str:
    """Return messages as people read them."""
    return raw.decode("latin-1").replace("\x01", "|")


fill = (
    "37=ORDER-1", f"17={EXEC_ID}", "150=F", "39=2", "22=4", "48=FR0000120271", "54=1", "38=100",
    "32=100", "31=55.40", "151=0", "14=100", "6=55.40", "15=EUR", f"60={NOW:%Y%m%d}-08:00:00",
)  # fmt: skip
with socket.create_connection(("127.0.0.1", PORT), timeout=10) as line:
    # 141=Y: both sides count from one again. A real initiator keeps its numbers instead.
    line.sendall(message("A", 1, "98=0", "108=30", "141=Y"))
    print(shown(line.recv(4096)))
    line.sendall(message("8", 2, *fill))
    line.sendall(message("5", 3))
    print(shown(line.recv(4096)))
