// `show`: frames as text, or the bytes of one image in them.
#pragma once

#include <cstdint>

#include "base/term.h"
#include "config/config.h"

namespace thumbnailer {

class Shower {
public:
    explicit Shower(const Config& config) : config_(config) {}

    // Writes what is wanted of a frame to stdout.
    void show(const Term& term);

    // Whether the image of --data was there; true without that flag.
    bool has_shown() const { return config_.show_data == 0 || found_ >= config_.show_data; }
    // How many images there were.
    std::int64_t found() const { return found_; }

private:
    void print(const Term& term) const;
    void look_for_image(const Term& term);

    const Config& config_;
    std::int64_t found_ = 0;
};

} // namespace thumbnailer
