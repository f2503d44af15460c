#include "thumbnail/placeholder/blurhash.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

namespace thumbnailer {

namespace {

using Rgb = std::array<double, 3>;

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
constexpr int kBase = 83;

void append(std::string& text, int value, int length) {
    std::string digits(static_cast<std::size_t>(length), '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, value /= kBase)
        *digit = kDigits[static_cast<std::size_t>(value % kBase)];
    text += digits;
}

double to_linear(std::uint8_t sample) {
    const double value = sample / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

int from_linear(double linear) {
    const double value = std::clamp(linear, 0.0, 1.0);
    const double encoded = value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
    return static_cast<int>(std::lround(encoded * 255));
}

std::vector<double> cosines(int component, int length) {
    std::vector<double> values(static_cast<std::size_t>(length));
    for (int at = 0; at < length; ++at)
        values[static_cast<std::size_t>(at)] = std::cos(std::numbers::pi * component * at / length);
    return values;
}

Rgb component(const Pixels& pixels, const std::array<double, 256>& linear, int i, int j) {
    const auto across = cosines(i, pixels.width);
    const auto down = cosines(j, pixels.height);
    const double norm = i == 0 && j == 0 ? 1 : 2;
    Rgb sum{};
    for (int x = 0; x < pixels.width; ++x)
        for (int y = 0; y < pixels.height; ++y) {
            const double basis = norm * across[static_cast<std::size_t>(x)] * down[static_cast<std::size_t>(y)];
            for (int band = 0; band < 3; ++band)
                sum[static_cast<std::size_t>(band)] += basis * linear[pixels.at(x, y, band)];
        }
    for (double& band : sum) band /= pixels.width * pixels.height;
    return sum;
}

int quantised(double value, double largest) {
    const double part = value / largest;
    const double root = std::copysign(std::sqrt(std::abs(part)), part);
    return static_cast<int>(std::clamp(std::floor(root * 9 + 9.5), 0.0, 18.0));
}

} // namespace

std::string blurhash(const Pixels& pixels, int across, int down) {
    std::array<double, 256> linear;
    for (std::size_t sample = 0; sample < linear.size(); ++sample)
        linear[sample] = to_linear(static_cast<std::uint8_t>(sample));
    std::vector<Rgb> components;
    for (int j = 0; j < down; ++j)
        for (int i = 0; i < across; ++i) components.push_back(component(pixels, linear, i, j));
    std::string hash;
    append(hash, across - 1 + (down - 1) * 9, 1);
    double largest = 1;
    int stored = 0;
    if (components.size() > 1) {
        double actual = components[1][0];
        for (std::size_t index = 1; index < components.size(); ++index)
            actual = std::max(actual, std::ranges::max(components[index]));
        stored = static_cast<int>(std::clamp(std::floor(actual * 166 - 0.5), 0.0, 82.0));
        largest = (stored + 1) / 166.0;
    }
    append(hash, stored, 1);
    const Rgb& mean = components.front();
    append(hash, (from_linear(mean[0]) << 16) + (from_linear(mean[1]) << 8) + from_linear(mean[2]), 4);
    for (std::size_t index = 1; index < components.size(); ++index) {
        const Rgb& rest = components[index];
        append(hash,
               quantised(rest[0], largest) * 19 * 19 + quantised(rest[1], largest) * 19 + quantised(rest[2], largest),
               2);
    }
    return hash;
}

} // namespace thumbnailer
