import Testing

@testable import PatchbaySync

@Suite("The allowance of a sync")
struct SyncAllowanceTests {
    @Test(
        "is divided equally, but nobody gets more than is due",
        arguments: [
            (30, [100, 100, 100], [10, 10, 10]), (30, [2, 100, 100], [2, 14, 14]), (30, [100, 2, 5], [23, 2, 5]),
            (32, [100, 100, 100], [11, 11, 10]), (2, [100, 100, 100], [1, 1, 0]), (30, [0, 3, 4], [0, 3, 4]),
            (5, [0, 0, 9], [0, 0, 5]),
        ])
    func division(_ limit: Int, _ due: [Int], _ wanted: [Int]) {
        var allowance = SyncAllowance(limit: limit)
        allowance.divide(due.enumerated().map { (Int64($0.offset), $0.element) })
        // Each takes all that it can, and what is due later has what is left over.
        let over = allowance.left - wanted.reduce(0, +)
        for (place, count) in wanted.enumerated() {
            #expect(allowance.lend(count, to: Int64(place)) == count)
        }
        #expect(allowance.left == over && allowance.lend(100, to: 9) == over)
    }

    @Test("what was not needed is for all, and what was used is gone")
    func givenBack() {
        var allowance = SyncAllowance(limit: 20)
        allowance.divide([(1, 100), (2, 100)])
        #expect(allowance.lend(50, to: 1) == 10 && allowance.lent == 10 && allowance.left == 10)
        #expect(allowance.lend(50, to: 1) == 0 && allowance.isReserved)
        allowance.settle(10, used: 4)
        #expect(allowance.lent == 0 && allowance.left == 16)
        #expect(allowance.lend(50, to: 1) == 6)
        allowance.settle(6, used: 6)
        allowance.finish(2)
        #expect(!allowance.isReserved && allowance.lend(50, to: 1) == 10)
        allowance.settle(10, used: 10)
        #expect(allowance.left == 0)
    }

    @Test("without a limit everything is granted")
    func unlimited() {
        var allowance = SyncAllowance(limit: nil)
        allowance.divide([(1, 100)])
        #expect(allowance.lend(50, to: 1) == 50 && allowance.lend(50, to: 2) == 50)
        allowance.settle(50, used: 10)
        allowance.finish(1)
        #expect(allowance.lend(1_000, to: 2) == 1_000 && allowance.left == .max && !allowance.isReserved)
    }
}
