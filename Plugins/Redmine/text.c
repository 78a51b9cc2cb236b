#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

int text_precision(patchbay_string text) { return text.length > 65536 ? 65536 : (int)text.length; }

int text_is_empty(patchbay_string text) { return text.bytes == NULL || text.length == 0; }

int text_equal(patchbay_string left, patchbay_string right)
{
    if (left.bytes == NULL || right.bytes == NULL) return left.bytes == right.bytes;
    return left.length == right.length && memcmp(left.bytes, right.bytes, left.length) == 0;
}

int text_equal_ignoring_case(patchbay_string left, patchbay_string right)
{
    if (left.bytes == NULL || right.bytes == NULL) return left.bytes == right.bytes;
    return left.length == right.length && strncasecmp(left.bytes, right.bytes, left.length) == 0;
}

int text_contains(patchbay_string text, patchbay_string part)
{
    if (text.bytes == NULL || part.bytes == NULL) return 0;
    return memmem(text.bytes, text.length, part.bytes, part.length) != NULL;
}

int text_starts_with(patchbay_string text, patchbay_string part)
{
    return text.bytes != NULL && text.length >= part.length && memcmp(text.bytes, part.bytes, part.length) == 0;
}

int text_is_number(patchbay_string text)
{
    if (text.bytes == NULL || text.length == 0 || text.length > 18) return 0;
    for (uint64_t index = 0; index < text.length; index++) {
        if (text.bytes[index] < '0' || text.bytes[index] > '9') return 0;
    }
    return 1;
}

patchbay_string text_copy(struct memory *memory, patchbay_string text)
{
    if (text.bytes == NULL) return text;
    char *copy = memory_take(memory, text.length + 1);
    if (copy == NULL) return (patchbay_string){ 0 };
    memcpy(copy, text.bytes, text.length);
    return (patchbay_string){ copy, text.length };
}

static uint64_t append(char *made, uint64_t used, patchbay_string text)
{
    if (!text_is_empty(text)) memcpy(made + used, text.bytes, text.length);
    return used + text.length;
}

patchbay_string text_join(struct memory *memory, patchbay_string first, patchbay_string second, patchbay_string third)
{
    char *made = memory_take(memory, first.length + second.length + third.length + 1);
    if (made == NULL) return (patchbay_string){ 0 };
    uint64_t used = append(made, append(made, append(made, 0, first), second), third);
    return (patchbay_string){ made, used };
}

patchbay_string text_print(struct memory *memory, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *made = length < 0 ? NULL : memory_take(memory, (size_t)length + 1);
    if (made != NULL) vsnprintf(made, (size_t)length + 1, format, again);
    va_end(again);
    return made == NULL ? (patchbay_string){ 0 } : (patchbay_string){ made, (uint64_t)length };
}

patchbay_string text_segment(struct memory *memory, patchbay_string text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~";
    static const char digits[] = "0123456789ABCDEF";
    char *made = memory_take(memory, text.length * 3 + 1);
    if (made == NULL) return (patchbay_string){ 0 };
    uint64_t length = 0;
    for (uint64_t index = 0; index < text.length; index++) {
        unsigned char byte = (unsigned char)text.bytes[index];
        if (byte != 0 && strchr(plain, byte) != NULL) {
            made[length++] = (char)byte;
        } else {
            made[length++] = '%';
            made[length++] = digits[byte >> 4];
            made[length++] = digits[byte & 15];
        }
    }
    return (patchbay_string){ made, length };
}
