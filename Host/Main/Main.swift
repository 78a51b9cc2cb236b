import PatchbayCommands

@main
enum Main {
    static func main() async { await Patchbay.start(Array(CommandLine.arguments.dropFirst())) }
}
