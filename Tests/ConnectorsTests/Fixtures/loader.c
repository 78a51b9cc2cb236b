/*
 * loader.c: loads a library with no sandbox around it, so that what it does there shows that it could do it. Its
 * arguments are a process, as a worker's first one is, and the library; descriptor 4 is the library, too.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    if (count != 3) return 64;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    dup2(open(arguments[2], O_RDONLY), 4);
    return dlopen(arguments[2], RTLD_NOW) == NULL;
}
