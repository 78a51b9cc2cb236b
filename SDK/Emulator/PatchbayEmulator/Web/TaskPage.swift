/// The page at the root of each port: the tasks the system holds, newest first.
enum TaskPage {
    /// The root, and whatever the links of the three systems lead to.
    static func isServed(at path: String) -> Bool {
        path == "/"
            || ["/browse/", "/1/\(AsanaSeeds.workspace)/task/", "/\(LinearSeeds.organizationKey)/issue/"].contains {
                path.hasPrefix($0)
            }
    }

    static func render(_ system: any VendorSystem) -> EmulatedResponse {
        let rows = system.plainTasks(last: EmulatorLimits.pageTasksMax).reversed().map(row).joined(separator: "\n")
        let name = system.name.rawValue.capitalized
        let count = system.taskCount
        return .html(
            200,
            """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
            <title>\(name) emulator</title>
            <style>
            body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: \
            #222; }
            table { border-collapse: collapse; width: 100%; }
            th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #ddd; }
            td.text { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 26rem; color: #555; }
            .label { background: #eef; border-radius: .6rem; padding: 0 .5rem; margin-right: .2rem; }
            .none { color: #888; }
            </style></head><body>
            <h1>\(name) emulator</h1>
            <p>\(count) \(count == 1 ? "task" : "tasks"), the newest \(EmulatorLimits.pageTasksMax) below. Nothing \
            here leaves this machine.</p>
            <table><thead><tr><th>Id</th><th>Title</th><th>Description</th><th>Due</th><th>Assignee</th>\
            <th>Priority</th><th>Labels</th></tr>
            </thead><tbody>
            \(rows.isEmpty ? "<tr><td colspan=\"7\" class=\"none\">No tasks yet.</td></tr>" : rows)
            </tbody></table></body></html>
            """)
    }

    private static func row(_ task: JSON) -> String {
        let labels = (task["labels"]?.texts ?? []).map { "<span class=\"label\">\(HTMLText.escaped($0))</span>" }
            .joined()
        func cell(_ name: String) -> String { HTMLText.escaped(task[name]?.text ?? "") }
        return
            "<tr><td>\(cell("displayId"))</td><td>\(cell("title"))</td><td "
            + "class=\"text\">\(cell("descriptionText"))</td>"
            + "<td>\(cell("due"))</td><td>\(cell("assignee"))</td><td>\(cell("priority"))</td><td>\(labels)</td></tr>"
    }
}
