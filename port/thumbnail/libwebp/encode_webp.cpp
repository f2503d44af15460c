#include "thumbnail/libwebp/encode_webp.h"

#include <cstring>
#include <utility>
#include <webp/encode.h>

#include "thumbnail/encode/encode.h"
#include "thumbnail/libwebp/webp_subsampling.h"

namespace thumbnailer {

namespace {

constexpr int kUsualEffort = 4; // libvips' default
constexpr std::uint8_t kGrey = 128;

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
    while (planes.size() < 3) planes.push_back(grey(webp_chroma_size(size)));
    const auto config = config_for(output, quality);
    Picture picture(planes, size);
    if (!config || !picture.encode(*config)) return std::nullopt;
    return picture.take();
}

} // namespace thumbnailer
