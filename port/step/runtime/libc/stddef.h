#ifndef STEP_STDDEF_H
#define STEP_STDDEF_H
typedef __SIZE_TYPE__ size_t;
#define NULL ((void*)0)
#endif
