#include "landlock.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "codec.h"

/* linux/landlock.h of the building machine may be older than the running kernel, so the numbers of its interface stand
 * here. */
#define CREATE_RULESET 444
#define RESTRICT_SELF 446
#define RULESET_VERSION 1u

#define FS_RIGHTS_V1 (((uint64_t)1 << 13) - 1)
#define FS_REFER ((uint64_t)1 << 13)     /* version 2 */
#define FS_TRUNCATE ((uint64_t)1 << 14)  /* version 3 */
#define FS_IOCTL_DEV ((uint64_t)1 << 15) /* version 5 */
#define NET_RIGHTS (uint64_t)3           /* version 4: TCP bind and connect */
#define SCOPE_RIGHTS (uint64_t)3         /* version 6: abstract sockets and signals of others */

struct ruleset {
    uint64_t fs, net, scoped;
};

bool give_up_files(void)
{
    long version = syscall(CREATE_RULESET, NULL, 0, RULESET_VERSION);
    if (version < 1) return false;
    struct ruleset handled = { .fs = FS_RIGHTS_V1 };
    size_t bytes = sizeof handled.fs;
    if (version >= 2) handled.fs |= FS_REFER;
    if (version >= 3) handled.fs |= FS_TRUNCATE;
    if (version >= 5) handled.fs |= FS_IOCTL_DEV;
    if (version >= 4) {
        handled.net = NET_RIGHTS;
        bytes += sizeof handled.net;
    }
    if (version >= 6) {
        handled.scoped = SCOPE_RIGHTS;
        bytes += sizeof handled.scoped;
    }
    int rules = (int)syscall(CREATE_RULESET, &handled, bytes, 0);
    if (rules < 0) worker_exit("the rules for files could not be made");
    if (syscall(RESTRICT_SELF, rules, 0) != 0) worker_exit("files could not be given up");
    close(rules);
    return true;
}
