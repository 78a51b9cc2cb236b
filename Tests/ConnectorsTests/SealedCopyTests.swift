import Foundation
import Testing

@testable import PatchbayConnectors

@Suite("The copy of a plugin in memory")
struct SealedCopyTests {
    @Test("holds the file's bytes, and nobody can change them: not by writing, mapping or cutting, and not opened anew")
    func sealed() async throws {
        let shop = try Workshop()
        let url = try await shop.echo()
        let file = try PluginFiles.open("echo.so", in: PluginFiles.openDirectory(shop.plugins.path))
        let copy = try PluginFiles.sealedCopy(of: file, bytesMax: 1 << 26)
        let length = try Data(contentsOf: url).count
        let digest = try PluginFiles.digest(of: copy)
        #expect(try PluginFiles.digest(of: file) == digest)

        let anew = unsafe open("/proc/self/fd/\(copy.number)", O_RDWR)
        try #require(anew >= 0)
        defer { close(anew) }
        for descriptor in [copy.number, anew] {
            #expect(unsafe pwrite(descriptor, "x", 1, 0) == -1 && errno == EPERM)
            #expect(unsafe pwrite(descriptor, "x", 1, length) == -1 && errno == EPERM)
            #expect(ftruncate(descriptor, 0) == -1 && errno == EPERM)
            #expect(ftruncate(descriptor, length + 1) == -1 && errno == EPERM)
            #expect(
                unsafe mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) == MAP_FAILED
                    && errno == EPERM)
        }
        let seen = unsafe mmap(nil, length, PROT_READ, MAP_SHARED, anew, 0)
        try #require(unsafe seen != MAP_FAILED)
        #expect(unsafe mprotect(seen, length, PROT_READ | PROT_WRITE) == -1 && errno == EACCES)
        unsafe munmap(seen, length)
        #expect(try PluginFiles.digest(of: copy) == digest)
    }
}
