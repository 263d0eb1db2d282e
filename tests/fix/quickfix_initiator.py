"""A QuickFIX initiator as a process of its own: `port folder begin first count`.

Reports are handed to QuickFIX before it logs on, so that it has to resend them. It keeps its
numbers in `folder`, and logs out when a heartbeat has come: what was sent before was taken then.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import quickfix as fix

SETTINGS = """
[DEFAULT]
ConnectionType=initiator
StartTime=00:00:00
EndTime=00:00:00
HeartBtInt=1
ReconnectInterval=1
UseDataDictionary=N
FileStorePath={folder}
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
[SESSION]
BeginString={begin}
{version}
SenderCompID=BROKER
TargetCompID=HOUSE
"""
VERSION = {"FIXT.1.1": "DefaultApplVerID=FIX.5.0SP2"}
PATIENCE = 30


class Broker(fix.Application):
    """Says what happens on its session, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.logged_on = threading.Event()
        self.quiet = threading.Event()

    def onCreate(self, session: fix.SessionID) -> None:
        self.session = session

    def onLogon(self, _session: fix.SessionID) -> None:
        print("logon", flush=True)
        self.logged_on.set()

    def onLogout(self, _session: fix.SessionID) -> None:
        print("logout", flush=True)

    def toAdmin(self, _message: fix.Message, _session: fix.SessionID) -> None:
        pass

    def fromAdmin(self, message: fix.Message, _session: fix.SessionID) -> None:
        kind = fix.MsgType()
        message.getHeader().getField(kind)
        if kind.getValue() == "3":
            print(f"rejected {message}", flush=True)
        if kind.getValue() == "0":  # all that was sent before the heartbeat of a test was taken
            self.quiet.set()

    def toApp(self, _message: fix.Message, _session: fix.SessionID) -> None:
        pass

    def fromApp(self, message: fix.Message, _session: fix.SessionID) -> None:
        print(f"answered {message}", flush=True)


def report(begin: str, exec_id: str) -> fix.Message:
    message = fix.Message()
    message.getHeader().setField(fix.BeginString(begin))
    message.getHeader().setField(fix.MsgType("8"))
    old = begin == "FIX.4.2"
    fields = {
        37: "O1", 17: exec_id, 150: "2" if old else "F", 39: "2", 22: "4", 48: "FR0000120271",
        55: "TTE", 54: "1", 38: "100", 32: "100", 31: "101.5", 151: "0", 14: "100", 6: "101.5",
        15: "EUR", 60: "20261120-09:01:02", 75: "20261120", 30: "XPAR",
    }  # fmt: skip
    for tag, value in (fields | ({20: "0"} if old else {})).items():
        message.setField(fix.StringField(tag, value))
    return message


def main() -> None:
    port, folder, begin, first, count = sys.argv[1:6]
    Path(folder).mkdir(exist_ok=True)
    written = Path(folder) / "settings.cfg"
    written.write_text(
        SETTINGS.format(folder=folder, port=port, begin=begin, version=VERSION.get(begin, ""))
    )
    settings = fix.SessionSettings(str(written))
    broker = Broker()
    initiator = fix.SocketInitiator(broker, fix.FileStoreFactory(settings), settings)
    for number in range(int(first), int(first) + int(count)):
        fix.Session.sendToTarget(report(begin, f"E{number}"), broker.session)
    initiator.start()
    assert broker.logged_on.wait(PATIENCE), "no logon"
    assert broker.quiet.wait(PATIENCE), "no heartbeat"
    initiator.stop()


main()
