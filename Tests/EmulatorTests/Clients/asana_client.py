"""Runs the PyPI package `asana` against the emulator. Usage: asana_client.py BASE-URL"""
import sys

import asana
from asana.rest import ApiException

PROJECT = "1200000000000201"
WORKSPACE = "1200000000000001"


def main() -> None:
    configuration = asana.Configuration()
    configuration.host = sys.argv[1] + "/api/1.0"
    configuration.access_token = "asana-demo-token"
    client = asana.ApiClient(configuration)

    me = asana.UsersApi(client).get_user("me", {"opt_fields": "gid,email"})
    assert me["email"] == "demo@example.com", me
    assert [w["gid"] for w in asana.WorkspacesApi(client).get_workspaces({})] == [WORKSPACE]
    assert len(list(asana.ProjectsApi(client).get_projects({"workspace": WORKSPACE}))) == 2

    tag = asana.TagsApi(client).create_tag_for_workspace({"data": {"name": "from-python"}}, WORKSPACE, {})
    tasks = asana.TasksApi(client)
    made = tasks.create_task(
        {"data": {"name": "Call back", "projects": [PROJECT], "assignee": "alice@example.com", "due_on": "2026-05-11",
                  "html_notes": "<body>Ask for <strong>numbers</strong></body>", "tags": [tag["gid"]]}},
        {"opt_fields": "gid,name,permalink_url,tags.name,assignee.email"})
    assert made["assignee"]["email"] == "alice@example.com", made
    assert made["tags"][0]["name"] == "from-python", made

    batch = asana.BatchAPIApi(client).create_batch_request(
        {"data": {"actions": [
            {"method": "post", "relative_path": "/tasks", "data": {"name": "One", "projects": [PROJECT]}},
            {"method": "post", "relative_path": "/tasks", "data": {"name": "Nowhere"}}]}}, {})
    assert [row["status_code"] for row in batch] == [201, 400], batch

    assert tasks.update_task({"data": {"completed": True}}, made["gid"], {})["completed"] is True
    names = {task["name"] for task in tasks.get_tasks({"project": PROJECT, "opt_fields": "name", "limit": 1})}
    assert names == {"Call back", "One"}, names
    tasks.delete_task(made["gid"])
    try:
        tasks.get_task(made["gid"], {})
        raise AssertionError("a deleted task was found")
    except ApiException as error:
        assert error.status == 404, error
    print("asana client: done")


main()
