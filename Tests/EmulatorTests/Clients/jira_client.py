"""Runs the PyPI package `jira` against the emulator. Usage: jira_client.py BASE-URL"""
import sys

from jira import JIRA, JIRAError


def document(text: str) -> dict:
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}


def fields(summary: str, **more) -> dict:
    return {"project": {"key": "ED"}, "issuetype": {"name": "Task"}, "summary": summary, **more}


def main() -> None:
    client = JIRA(server=sys.argv[1], basic_auth=("demo@example.com", "jira-demo-token"),
                  options={"rest_api_version": "3"}, max_retries=0)
    assert client.myself()["emailAddress"] == "demo@example.com"
    assert client.server_info()["deploymentType"] == "Cloud"
    assert [p.name for p in client.priorities()] == ["Highest", "High", "Medium", "Low", "Lowest"]

    made = client.create_issue(fields=fields("Call back", description=document("Ask for numbers"), labels=["from-python"],
                                             duedate="2026-05-11", priority={"name": "High"}), prefetch=False)
    issue = client.issue(made.id)
    assert issue.fields.summary == "Call back" and issue.fields.priority.name == "High"

    rows = client.create_issues([fields("One"), fields("Two", labels=["not one word"])], prefetch=False)
    assert [row["status"] for row in rows] == ["Success", "Error"], rows

    found = client.search_issues("project = ED AND labels = from-python", fields="summary")
    assert [row.key for row in found] == [issue.key], found

    done = next(row for row in client.transitions(issue) if row["to"]["statusCategory"]["key"] == "done")
    client.transition_issue(issue, done["id"])
    assert client.issue(issue.key).fields.status.name == "Done"
    issue.update(summary="Called back")
    assert client.issue(issue.key).fields.summary == "Called back"
    issue.delete()
    try:
        client.issue(issue.key)
        raise AssertionError("a deleted issue was found")
    except JIRAError as error:
        assert error.status_code == 404, error
    print("jira client: done")


main()
