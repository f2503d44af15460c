/* What wasm2c's output wants of <math.h>. Whatever has no instruction is computed here, and exactly. */
#ifndef STEP_MATH_H
#define STEP_MATH_H

#include <stdint.h>

#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define isnan __builtin_isnan
#define signbit __builtin_signbit
#define copysign __builtin_copysign
#define copysignf __builtin_copysignf
#define fabs __builtin_fabs
#define fabsf __builtin_fabsf
#define sqrt __builtin_sqrt
#define sqrtf __builtin_sqrtf

/* 2^52: from there on every double is a whole number. */
#define STEP_WHOLE 4503599627370496.0

/* To the nearest, halves to even. The sum may not be computed at another time or in another precision. */
static inline double nearbyint(double x) {
    volatile double sum;
    if (!(fabs(x) < STEP_WHOLE)) return x;
    sum = fabs(x) + STEP_WHOLE;
    return copysign(sum - STEP_WHOLE, x);
}
static inline double trunc(double x) {
    if (!(fabs(x) < STEP_WHOLE)) return x;
    return copysign((double)(int64_t)x, x);
}
static inline double floor(double x) {
    const double whole = trunc(x);
    return whole > x ? whole - 1 : whole;
}
static inline double ceil(double x) {
    const double whole = trunc(x);
    return whole < x ? copysign(whole + 1, x) : whole;
}
/* A float is a double of the same value, and so is what comes out. */
static inline float nearbyintf(float x) { return (float)nearbyint(x); }
static inline float truncf(float x) { return (float)trunc(x); }
static inline float floorf(float x) { return (float)floor(x); }
static inline float ceilf(float x) { return (float)ceil(x); }

#endif
