/* collect.c: what a call gathers on its way, and the maps of the settings. */
#include "call.h"

#include <string.h>

void discovered(patchbay_call *call, const char *setting, const char *kind, patchbay_string id, patchbay_string name,
    patchbay_string detail)
{
    if (call->discovered_count == call->discovered_room) {
        uint64_t room = call->discovered_room == 0 ? 64 : call->discovered_room * 2;
        patchbay_discovered *grown = memory_take(&call->memory, room * sizeof *grown);
        if (grown == NULL) return;
        if (call->discovered_count > 0) memcpy(grown, call->discovered, call->discovered_count * sizeof *grown);
        call->discovered = grown;
        call->discovered_room = room;
    }
    call->discovered[call->discovered_count++] = (patchbay_discovered){ .struct_size = sizeof(patchbay_discovered),
        .setting = { setting, strlen(setting) },
        .kind = { kind, strlen(kind) },
        .id = id,
        .name = name,
        .detail = detail };
}

int64_t map_id(const struct id_map *map, patchbay_string name)
{
    for (uint64_t index = 0; index < map->count; index++) {
        if (text_equal_ignoring_case(map->names[index], name)) return map->ids[index];
    }
    return 0;
}

patchbay_string map_name(const struct id_map *map, int64_t id)
{
    for (uint64_t index = 0; index < map->count; index++) {
        if (map->ids[index] == id) return map->names[index];
    }
    return (patchbay_string){ 0 };
}
