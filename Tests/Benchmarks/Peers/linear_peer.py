"""Creates issues at Linear, which has no official Python client, with `requests`."""
import sys
import threading
import uuid

import requests

import rows

TEAM = "0a1b2c3d-0002-4000-8000-000000000001"
PRIORITIES = {"urgent": 1, "high": 2, "medium": 3, "low": 4}
ONE = "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url } } }"
MANY = "mutation($input: IssueBatchCreateInput!) { issueBatchCreate(input: $input) { success issues { id identifier url } } }"
LABELS = "query { issueLabels(first: 250) { nodes { id name } } }"
own = threading.local()


def query(text, variables):
    """A session for each thread, because it is not made for several."""
    if not hasattr(own, "session"):
        own.session = requests.Session()
        own.session.headers["Authorization"] = "lin_api_demo_token"
    answer = own.session.post(sys.argv[1] + "/graphql", json={"query": text, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"]


labels_by_name = {label["name"]: label["id"] for label in query(LABELS, {})["issueLabels"]["nodes"]}


def fields(row):
    _, title, description, due_date, priority, labels = row
    made = {"id": str(uuid.uuid4()), "teamId": TEAM, "title": title, "description": description, "dueDate": due_date}
    if priority in PRIORITIES:
        made["priority"] = PRIORITIES[priority]
    if labels:
        made["labelIds"] = [labels_by_name[label] for label in labels.split(",")]
    return made


def create(batch, manner):
    if manner == "single":
        return [query(ONE, {"input": fields(batch[0])})["issueCreate"]["issue"]["id"]]
    inputs = [fields(row) for row in batch]
    made = {issue["id"] for issue in query(MANY, {"input": {"issues": inputs}})["issueBatchCreate"]["issues"]}
    assert made == {row["id"] for row in inputs}
    return [row["id"] for row in inputs]


rows.run(create, 50)
