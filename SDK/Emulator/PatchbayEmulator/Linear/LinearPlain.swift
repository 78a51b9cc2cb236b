/// Linear's issues in the form that is the same for the three systems.
enum LinearPlain {
    static func task(_ issue: LinearIssue, _ state: LinearState) -> JSON {
        let row = LinearSeeds.states[issue.state]
        return [
            "id": .string(issue.idText), "displayId": .string(issue.identifier),
            "url": .string(issue.url(state.origin)),
            "title": .string(issue.title),
            "description": .optional(issue.description), "descriptionText": .string(issue.description ?? ""),
            "due": .optional(issue.dueDate),
            "assignee": .optional(issue.assignee.map { LinearSeeds.users[$0].email }),
            "priority": .string(LinearSeeds.priorityLabels[issue.priority]),
            "labels": .strings(issue.labels.map { state.labels[$0].name }),
            "deliveryId": .string(issue.idText), "completed": .bool(row.type == "completed"),
            "project": .string(LinearSeeds.teams[issue.team].key),
            "order": .integer(issue.order), "createdAt": .string(Timestamp.text(issue.createdAt)),
            "updatedAt": .string(Timestamp.text(issue.updatedAt)),
            "details": [
                "state": .string(row.name), "stateType": .string(row.type), "priority": .integer(issue.priority),
                "labelIds": .strings(issue.labels.map { state.labels[$0].id }),
            ],
        ]
    }
}
