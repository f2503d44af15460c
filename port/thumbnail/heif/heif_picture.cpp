#include "thumbnail/heif/heif_picture.h"

#include <algorithm>

#include "thumbnail/heif/heif_grid.h"

namespace thumbnailer {

namespace {

constexpr FourLetters kGrid = four_letters("grid");
constexpr FourLetters kIdentity = four_letters("iden");
constexpr FourLetters kToneMapped = four_letters("tmap"); // its first source is the picture for SDR
constexpr FourLetters kDerivedFrom = four_letters("dimg");
constexpr FourLetters kAuxiliaryTo = four_letters("auxl");
constexpr FourLetters kPremultipliedWith = four_letters("prem");

// The longest chain of derived pictures.
constexpr int kMostDerivations = 4;

bool is_alpha(std::string_view auxiliary_type) {
    return auxiliary_type == "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha" ||
           auxiliary_type == "urn:mpeg:hevc:2015:auxid:1" || auxiliary_type == "urn:mpeg:avc:2015:auxid:1";
}

class PictureReader {
public:
    PictureReader(const HeifMeta& meta, std::int64_t max_pixels) : meta_(meta), max_pixels_(max_pixels) {}

    Result<HeifPicture> read(ItemId id, int derivations) const {
        const HeifItem* item = meta_.item(id);
        if (item == nullptr) return bad_heif("refers to an item that is not there");
        auto properties = properties_of(meta_, *item);
        if (!properties) return std::move(properties).error();
        auto picture = is_coded_image(item->type) ? single(id, *properties)
                       : item->type == kGrid      ? grid(id, *item, *properties)
                                                  : derived(id, *item, derivations);
        if (!picture) return picture;
        auto view = transformed(picture->view, properties->transforms);
        if (!view) return std::move(view).error();
        picture->view = *view;
        picture->item = id;
        if (!properties->profile.empty()) picture->profile = properties->profile;
        if (properties->nclx) picture->nclx = properties->nclx;
        if (properties->depth != 0) picture->depth = properties->depth;
        take_alpha(id, *picture);
        return picture;
    }

private:
    Result<HeifPicture> single(ItemId id, const HeifProperties& properties) const {
        if (!properties.size) return bad_heif("does not say its size (ispe)");
        if (auto checked = check_tile(*properties.size); !checked) return std::move(checked).error();
        HeifPicture picture;
        picture.size = picture.tile = *properties.size;
        picture.tiles = {id};
        picture.view.crop = whole(picture.size);
        return picture;
    }

    Result<HeifPicture> grid(ItemId id, const HeifItem& item, const HeifProperties& properties) const {
        const auto grid = read_grid(meta_, id, item);
        if (!grid) return grid.error();
        if (properties.size && *properties.size != grid->size) return bad_heif("has two sizes: its grid's and its own");
        if (auto checked = check_tile(grid->tile); !checked) return std::move(checked).error();
        if (alpha_of(grid->tiles.front())) return unsupported_heif("has a grid with tiles that have an alpha each");
        HeifPicture picture;
        picture.size = grid->size;
        picture.tiles = grid->tiles;
        picture.columns = grid->columns;
        picture.tile = grid->tile;
        picture.view.crop = whole(picture.size);
        picture.profile = grid->first.profile;
        picture.nclx = grid->first.nclx;
        picture.depth = grid->first.depth;
        return picture;
    }

    Result<HeifPicture> derived(ItemId id, const HeifItem& item, int derivations) const {
        if (item.type != kIdentity && item.type != kToneMapped) return unknown_coding(item.type);
        const auto sources = meta_.targets(id, kDerivedFrom);
        if (sources.empty() || derivations >= kMostDerivations)
            return bad_heif("is derived from nothing or from itself");
        return read(sources.front(), derivations + 1);
    }

    Result<Done> check_tile(Size size) const {
        if (static_cast<double>(size.width) * size.height <= static_cast<double>(max_pixels_)) return Done{};
        return Failure{.reason = Reason::too_large,
                       .message = "the heif image has coded images of " + std::to_string(size.width) + " x " +
                                  std::to_string(size.height) + " pixels: at most " + std::to_string(max_pixels_) +
                                  " are read (--max-pixels)",
                       .limit = max_pixels_};
    }

    std::optional<ItemId> alpha_of(ItemId id) const {
        for (const ItemId auxiliary : meta_.referring(id, kAuxiliaryTo)) {
            const HeifItem* item = meta_.item(auxiliary);
            const auto properties = item != nullptr ? properties_of(meta_, *item) : bad_heif("");
            if (properties && is_alpha(properties->auxiliary_type)) return auxiliary;
        }
        return std::nullopt;
    }

    void take_alpha(ItemId id, HeifPicture& picture) const {
        const auto alpha = alpha_of(id);
        if (!alpha) return;
        picture.alpha = alpha;
        const auto with = meta_.targets(id, kPremultipliedWith);
        picture.premultiplied = std::ranges::find(with, *alpha) != with.end();
    }

    const HeifMeta& meta_;
    std::int64_t max_pixels_;
};

} // namespace

Result<HeifPicture> picture_of(const HeifMeta& meta, ItemId item, std::int64_t max_pixels) {
    return PictureReader(meta, max_pixels).read(item, 0);
}

} // namespace thumbnailer
