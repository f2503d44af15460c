#include "thumbnail/pixels/transfer.h"

#include <algorithm>
#include <cmath>

#include "thumbnail/pixels/srgb.h"

namespace thumbnailer {

namespace {

// SMPTE ST 2084, in cd/m2.
constexpr double kM1 = 2610.0 / 16384, kM2 = 2523.0 / 32, kC1 = 3424.0 / 4096, kC2 = 2413.0 / 128, kC3 = 2392.0 / 128;

double light_of_pq(double signal) {
    const double power = std::pow(signal, 1 / kM2);
    return 10'000 * std::pow(std::max(power - kC1, 0.0) / (kC2 - kC3 * power), 1 / kM1);
}

double pq_of_light(double light) {
    const double power = std::pow(std::max(light, 0.0) / 10'000, kM1);
    return std::pow((kC1 + kC2 * power) / (1 + kC3 * power), kM2);
}

constexpr double kPeak = 1000;      // of the screen that HDR is meant for, in cd/m2
constexpr double kPaperWhite = 203; // BT.2408, 2.2

// ITU-R BT.2100, table 5, with its gamma of 1.2 on each channel.
double light_of_hlg(double signal) {
    constexpr double kA = 0.17883277, kB = 1 - 4 * kA;
    const double c = 0.5 - kA * std::log(4 * kA);
    const double scene = signal <= 0.5 ? signal * signal / 3 : (std::exp((signal - c) / kA) + kB) / 12;
    return kPeak * std::pow(scene, 1.2);
}

// BT.2390, 5.4.1: as it is up to the knee, then a curve to the brightest.
double toned_down(double light) {
    const double peak = pq_of_light(kPeak);
    const double brightest = pq_of_light(kPaperWhite) / peak;
    const double knee = 1.5 * brightest - 0.5;
    double level = std::min(pq_of_light(light) / peak, 1.0);
    if (level > knee) {
        const double t = (level - knee) / (1 - knee);
        level = (2 * t * t * t - 3 * t * t + 1) * knee + (t * t * t - 2 * t * t + t) * (1 - knee) +
                (-2 * t * t * t + 3 * t * t) * brightest;
    }
    return std::clamp(light_of_pq(level * peak) / kPaperWhite, 0.0, 1.0);
}

} // namespace

double light_of(const Transfer& transfer, double sample) {
    switch (transfer.curve) {
    case Transfer::Curve::power: return std::pow(sample, transfer.gamma);
    case Transfer::Curve::pq: return toned_down(light_of_pq(sample));
    case Transfer::Curve::hlg: return toned_down(light_of_hlg(sample));
    case Transfer::Curve::srgb: break;
    }
    return to_linear(sample);
}

} // namespace thumbnailer
