#ifndef STEP_STRING_H
#define STEP_STRING_H
#include <stddef.h>
void* memcpy(void*, const void*, size_t);
void* memmove(void*, const void*, size_t);
void* memset(void*, int, size_t);
#endif
