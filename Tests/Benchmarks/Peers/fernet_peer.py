"""Rotates tokens in an SQLite table with `cryptography`'s MultiFernet, batch by batch, as one writes it.

Usage: fernet_peer.py FOLDER table ROWS | rotate. `rotate` prints one line of JSON about the work alone."""
import json
import sqlite3
import sys
import time

from cryptography.fernet import Fernet, MultiFernet

BATCH = 1_000

place, manner = sys.argv[1], sys.argv[2]
table = sqlite3.connect(place + "/rows.sqlite")
table.execute("PRAGMA journal_mode = WAL")
# As durable as the host's own store.
table.execute("PRAGMA synchronous = FULL")
if manner == "table":
    old = Fernet.generate_key()
    with open(place + "/old.key", "wb") as file:
        file.write(old)
    seal = Fernet(old)
    table.execute("CREATE TABLE token (id INTEGER PRIMARY KEY, owner TEXT, sealed BLOB)")
    for number in range(int(sys.argv[3])):
        text = f"2/12000000{number}/120{number}:8c1f0e5ad07b4c6c1"
        table.execute("INSERT INTO token (owner, sealed) VALUES (?, ?)", (f"i{number}", seal.encrypt(text.encode())))
    table.commit()
else:
    with open(place + "/old.key", "rb") as file:
        keys = MultiFernet([Fernet(Fernet.generate_key()), Fernet(file.read())])
    start, start_cpu = time.monotonic(), time.process_time()
    last = done = 0
    while rows := table.execute("SELECT id, sealed FROM token WHERE id > ? ORDER BY id LIMIT ?", (last, BATCH)).fetchall():
        table.executemany("UPDATE token SET sealed = ? WHERE id = ?", [(keys.rotate(sealed), number) for number, sealed in rows])
        table.commit()
        last, done = rows[-1][0], done + len(rows)
    print(json.dumps({"tasks": done, "seconds": time.monotonic() - start, "cpu": time.process_time() - start_cpu}))
