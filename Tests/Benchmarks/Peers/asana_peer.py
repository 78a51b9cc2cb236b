"""Creates tasks with the PyPI package `asana`."""
import sys

import asana

import rows

PROJECT = "1200000000000201"
WORKSPACE = "1200000000000001"

configuration = asana.Configuration()
configuration.host = sys.argv[1] + "/api/1.0"
configuration.access_token = "asana-demo-token"
configuration.connection_pool_maxsize = rows.THREADS
client = asana.ApiClient(configuration)
tasks = asana.TasksApi(client)
batches = asana.BatchAPIApi(client)
tags = {tag["name"]: tag["gid"] for tag in asana.TagsApi(client).get_tags({"workspace": WORKSPACE, "opt_fields": "name"})}


def data(row):
    _, title, description, due_date, _, labels = row
    fields = {"name": title, "notes": description, "projects": [PROJECT], "due_on": due_date}
    if labels:
        fields["tags"] = [tags[label] for label in labels.split(",")]
    return fields


def create(batch, manner):
    if manner == "single":
        return [tasks.create_task({"data": data(batch[0])}, {"opt_fields": "gid,permalink_url"})["gid"]]
    actions = [{"method": "post", "relative_path": "/tasks", "data": data(row), "options": {"fields": ["gid", "permalink_url"]}}
               for row in batch]
    answers = batches.create_batch_request({"data": {"actions": actions}}, {})
    return [answer["body"]["data"]["gid"] for answer in answers]


rows.run(create, 10)
