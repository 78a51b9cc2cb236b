"""What the peers share: tasks as rows of an SQLite table, eight threads, and a clock."""
import concurrent.futures
import json
import os
import sqlite3
import sys
import time

THREADS = 8
COLUMNS = "id, title, description, due_date, priority, labels"


def make_table(tasks_file, place):
    """A new table with the tasks of a JSON-lines file."""
    table = sqlite3.connect(place)
    table.execute("PRAGMA journal_mode = WAL")
    table.execute("CREATE TABLE task (id TEXT PRIMARY KEY, title TEXT, description TEXT, due_date TEXT, priority TEXT, labels TEXT, "
                  "external_id TEXT)")
    with open(tasks_file, encoding="utf-8") as lines:
        for line in lines:
            task = json.loads(line)
            table.execute("INSERT INTO task VALUES (?, ?, ?, ?, ?, ?, NULL)",
                          (task["id"], task["title"], task["description"], task["dueDate"], task["priority"],
                           ",".join(task.get("labels", []))))
    table.commit()
    table.close()


def run(create, batch_max, prepare=lambda: None):
    """Usage of a peer: PEER.py BASE-URL TASKS-FILE table|single|batch. `table` makes the table beside the file. The others call `create`
    with lists of rows on eight threads, write back the ids that it returns, and print one line of JSON about the work alone. `prepare` is
    called before it."""
    tasks_file, manner = sys.argv[2], sys.argv[3]
    place = os.path.join(os.path.dirname(tasks_file), "rows.sqlite")
    if manner == "table":
        make_table(tasks_file, place)
        return
    size = batch_max if manner == "batch" else 1
    # As durable as the host's own store.
    table = sqlite3.connect(place)
    table.execute("PRAGMA synchronous = FULL")
    prepare()
    start, start_cpu = time.monotonic(), time.process_time()
    rows = table.execute(f"SELECT {COLUMNS} FROM task WHERE external_id IS NULL ORDER BY due_date").fetchall()
    batches = [rows[place:place + size] for place in range(0, len(rows), size)]
    done = 0
    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        futures = {threads.submit(create, batch, manner): batch for batch in batches}
        for future in concurrent.futures.as_completed(futures):
            ids = future.result()
            table.executemany("UPDATE task SET external_id = ? WHERE id = ?",
                              [(external_id, row[0]) for external_id, row in zip(ids, futures[future], strict=True)])
            table.commit()
            done += len(ids)
    seconds, cpu = time.monotonic() - start, time.process_time() - start_cpu
    written = table.execute("SELECT count(DISTINCT external_id) FROM task").fetchone()[0]
    assert written == done == len(rows), (written, done, len(rows))
    print(json.dumps({"tasks": done, "seconds": seconds, "cpu": cpu}))
