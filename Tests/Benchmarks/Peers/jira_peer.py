"""Creates issues with the PyPI package `jira`."""
import sys
import threading

from jira import JIRA

import rows

PRIORITIES = {"urgent": "Highest", "high": "High", "medium": "Medium", "low": "Low", "none": "Low"}
own = threading.local()
spare = []


def client():
    """A client for each thread, because its session is not made for several."""
    if not hasattr(own, "client"):
        own.client = spare.pop()
    return own.client


def prepare():
    for _ in range(rows.THREADS):
        spare.append(JIRA(server=sys.argv[1], basic_auth=("demo@example.com", "jira-demo-token"),
                          options={"rest_api_version": "3"}, max_retries=0))


def document(text):
    content = []
    for line in text.split("\n"):
        if content:
            content.append({"type": "hardBreak"})
        content.append({"type": "text", "text": line})
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": content}]}


def fields(row):
    _, title, description, due_date, priority, labels = row
    made = {"project": {"key": "ED"}, "issuetype": {"name": "Task"}, "summary": title, "description": document(description),
            "duedate": due_date, "priority": {"name": PRIORITIES[priority]}}
    if labels:
        made["labels"] = labels.split(",")
    return made


def create(batch, manner):
    if manner == "single":
        return [client().create_issue(fields=fields(batch[0]), prefetch=False).id]
    return [answer["issue"].id for answer in client().create_issues([fields(row) for row in batch], prefetch=False)]


rows.run(create, 50, prepare)
