#include "thumbnail/ycbcr/encode_webp.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <webp/encode.h>

#include "thumbnail/encode/encode.h"

namespace thumbnailer {

namespace {

constexpr int kUsualEffort = 4; // libvips' default
constexpr std::uint8_t kGrey = 128;

using Levels = std::array<std::uint8_t, 256>;

// Converts from the full range of a byte (JFIF) to the video range (ITU-R BT.601): scales the distance from the zero
// point to `range` steps, and moves the zero point. In integers, rounded.
constexpr Levels levels(int range, int zero, int video_zero) {
    Levels made{};
    for (int value = 0; value < 256; ++value)
        made[static_cast<std::size_t>(value)] =
            static_cast<std::uint8_t>((2 * range * (value - zero) + 510 * video_zero + 255) / 510);
    return made;
}
constexpr Levels kBrightness = levels(219, 0, 16);
constexpr Levels kColour = levels(224, kGrey, kGrey);

void apply(const Levels& levels, Plane& plane) {
    for (std::int32_t y = 0; y < plane.size().height; ++y) {
        std::uint8_t* row = plane.row(y);
        std::transform(row, row + plane.size().width, row, [&](std::uint8_t sample) { return levels[sample]; });
    }
}

Plane grey(Size size) {
    Plane plane(size);
    for (std::int32_t y = 0; y < size.height; ++y)
        std::memset(plane.row(y), kGrey, static_cast<std::size_t>(size.width));
    return plane;
}

std::optional<WebPConfig> config_for(const Output& output, std::int32_t quality) {
    WebPConfig config;
    if (WebPConfigInit(&config) == 0) return std::nullopt;
    config.quality = static_cast<float>(quality);
    config.method = output.effort >= 0 ? effort_from(output, 0, 6) : kUsualEffort;
    return config;
}

// libwebp's view of borrowed planes, and the file that it writes.
class Picture {
public:
    Picture(std::vector<Plane>& planes, Size size) : sound_(WebPPictureInit(&picture_) != 0) {
        WebPMemoryWriterInit(&file_);
        picture_.use_argb = 0;
        picture_.width = size.width;
        picture_.height = size.height;
        picture_.y = planes[0].row(0);
        picture_.u = planes[1].row(0);
        picture_.v = planes[2].row(0);
        picture_.y_stride = static_cast<int>(planes[0].stride());
        picture_.uv_stride = static_cast<int>(planes[1].stride());
        picture_.writer = WebPMemoryWrite;
        picture_.custom_ptr = &file_;
    }
    ~Picture() {
        WebPPictureFree(&picture_);
        WebPMemoryWriterClear(&file_);
    }
    Picture(const Picture&) = delete;
    Picture& operator=(const Picture&) = delete;

    bool encode(const WebPConfig& config) { return sound_ && WebPEncode(&config, &picture_) != 0; }

    EncodedFile take() {
        return {std::unique_ptr<unsigned char, EncodedFile::Free>(std::exchange(file_.mem, nullptr)), file_.size};
    }

private:
    WebPPicture picture_{};
    WebPMemoryWriter file_{};
    bool sound_;
};

} // namespace

std::optional<EncodedFile> encode_webp(std::vector<Plane>& planes, Size size, const Output& output,
                                       std::int32_t quality) {
    apply(kBrightness, planes[0]);
    for (std::size_t index = 1; index < planes.size(); ++index) apply(kColour, planes[index]);
    while (planes.size() < 3)
        planes.push_back(grey({(size.width + 1) / kWebpSubsampling, (size.height + 1) / kWebpSubsampling}));
    const auto config = config_for(output, quality);
    Picture picture(planes, size);
    if (!config || !picture.encode(*config)) return std::nullopt;
    return picture.take();
}

} // namespace thumbnailer
