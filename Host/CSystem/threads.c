/* threads.c: threads whose start can fail, and tells so. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "system.h"

typedef struct {
    void (*run)(void *);
    void *context;
} patchbay_thread_body;

static void *run_body(void *memory)
{
    patchbay_thread_body body = *(patchbay_thread_body *)memory;
    free(memory);
    body.run(body.context);
    return NULL;
}

int patchbay_start_thread(void (*run)(void *), void *context)
{
    patchbay_thread_body *body = malloc(sizeof *body);
    if (body == NULL) return -ENOMEM;
    *body = (patchbay_thread_body){ run, context };
    pthread_t thread;
    int result = pthread_create(&thread, NULL, run_body, body);
    if (result != 0) {
        free(body);
        return -result;
    }
    pthread_detach(thread);
    return 0;
}
