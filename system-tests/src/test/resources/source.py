"""A stream source, written from docs/protocol.md ("The source protocol") alone.

Commits one operation of a bookmark and two entries, one of them updated, reads it back and closes.
Usage: source.py PORT
"""
import os
import socket
import struct
import sys
import zlib

STREAM_TYPE = 1


def message(command, parameters):
    return struct.pack(">QQI", command, STREAM_TYPE, len(parameters)) + parameters


def checksum(entry_type, number, data):
    return zlib.crc32(struct.pack(">BIIQ", 2, 17 + len(data), entry_type, number) + data)


def receive(connection, length):
    received = b""
    while len(received) < length:
        part = connection.recv(length - len(received))
        if not part:
            raise EOFError("the server closed the connection")
        received += part
    return received


def reply(connection, command, number):
    """The content of the reply that comes next, which must be to this message."""
    to, what, length = struct.unpack(">QQI", receive(connection, 20))
    rest = receive(connection, length)
    packet_type, result_length, code = struct.unpack(">BII", rest[:9])
    assert (to, what, packet_type) == (command, number, 0xFF), (to, what, packet_type)
    if code != 0:
        raise RuntimeError("result %d: %s" % (code, rest[9:result_length].decode("ascii")))
    return rest[result_length:]


def main():
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as connection:
        source_id, instance = (int.from_bytes(os.urandom(8), "big") | 1 for _ in range(2))
        connection.sendall(message(101, struct.pack(">IBQQQ", 1, 0, source_id, instance, 0)))
        grant = reply(connection, 101, 0)
        epoch, continued, generation, unchanged, lease_millis = struct.unpack(">QBQQI", grant[:29])
        total = struct.unpack(">Q", grant[59:67])[0]
        assert epoch > 0 and continued == 0 and lease_millis > 0

        bookmark, first, second = b"\x02python", b"hello", b"from another language"
        operation = 1
        sums = (checksum(0xB0, total, bookmark) + checksum(7, total + 1, first)
                + checksum(8, total + 2, second))
        connection.sendall(
            message(102, struct.pack(">QQ", operation, total))
            + message(104, struct.pack(">Q", total) + bookmark)
            + message(103, struct.pack(">QI", total + 1, 7) + b"wrong at first")
            + message(103, struct.pack(">QI", total + 2, 8) + second)
            + message(105, struct.pack(">QI", total + 1, 7) + first)
            + message(106, struct.pack(">QQQ", operation, total + 3, sums % 2**64)))
        header = reply(connection, 106, operation)
        assert struct.unpack(">Q", header[30:38])[0] == total + 3

        connection.sendall(message(111, struct.pack(">QQ", 2, total + 1)))
        entry = reply(connection, 111, 2)
        assert entry == struct.pack(">BIIQ", 2, 17 + len(first), 7, total + 1) + first, entry
        connection.sendall(message(112, struct.pack(">Q", 3) + bookmark))
        assert struct.unpack(">Q", reply(connection, 112, 3))[0] == total
        connection.sendall(message(118, struct.pack(">Q", 4)))
        reply(connection, 118, 4)
        assert connection.recv(1) == b"", "the connection ends"
    print("committed %d to %d" % (total, total + 2))


main()
