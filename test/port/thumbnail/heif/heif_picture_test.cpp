#include "thumbnail/heif/heif_picture.h"

#include <doctest/doctest.h>

#include "support/heif_bytes.h"
#include "thumbnail/heif/heif_contents.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

constexpr std::int64_t kPixels = 100'000'000;

Result<HeifPicture> picture_in(const std::string& file, ItemId item = 1) {
    const auto meta = read_heif_meta(bytes_of(file));
    if (!meta) return meta.error();
    return picture_of(*meta, item, kPixels);
}

Reason reason_of(const std::string& file, ItemId item = 1) {
    const auto picture = picture_in(file, item);
    REQUIRE(!picture);
    return picture.error().reason;
}

TestItem image(Size size, std::vector<std::string> more = {}) {
    TestItem item{.properties = {ispe(size)}};
    item.properties.insert(item.properties.end(), more.begin(), more.end());
    return item;
}

TestItem grid(int rows, int columns, Size size, std::vector<std::uint64_t> tiles) {
    return {.type = "grid", .data = grid_data(rows, columns, size), .references = {{"dimg", std::move(tiles)}}};
}

// What is seen, and the part that is stored.
struct View {
    std::int32_t orientation;
    Rect crop;
    bool operator==(const View&) const = default;
};

View view_of(const std::vector<std::string>& transforms) {
    const auto picture = picture_in(heif_meta({image({100, 60}, transforms)}));
    REQUIRE(picture);
    return {picture->view.orientation, picture->view.crop};
}

} // namespace

TEST_CASE("heif picture: a single image has its own size and itself as its tile") {
    const auto picture = picture_in(heif_meta({image({100, 60})}));
    REQUIRE(picture);
    CHECK(picture->size == Size{100, 60});
    CHECK(picture->tiles == std::vector<ItemId>{1});
    CHECK(picture->stored_size() == Size{100, 60});
}

TEST_CASE("heif picture: turns and mirrors add up to one of EXIF's orientations") {
    const Rect all{0, 0, 100, 60};
    const std::vector<std::pair<std::vector<std::string>, std::int32_t>> cases{
        {{}, 1},
        {{irot(1)}, 8},
        {{irot(2)}, 3},
        {{irot(3)}, 6},
        {{imir(1)}, 2},
        {{imir(0)}, 4},
        {{irot(3), imir(1)}, 5},
        {{irot(1), imir(1)}, 7},
        {{imir(1), irot(1)}, 5},
        {{irot(1), irot(1), irot(2)}, 1},
        {{imir(0), imir(1)}, 3},
    };
    for (const auto& [transforms, orientation] : cases) CHECK(view_of(transforms) == View{orientation, all});
}

TEST_CASE("heif picture: a clean aperture is counted from centre to centre, in what is seen by then") {
    CHECK(view_of({clap({50, 1, 20, 1, 0, 1, 0, 1})}) == View{1, {25, 20, 50, 20}});
    CHECK(view_of({clap({50, 1, 20, 1, 25, 1, -20, 1})}) == View{1, {50, 0, 50, 20}});
    CHECK(view_of({clap({200, 2, 60, 1, 0, 1, 0, 7})}) == View{1, {0, 0, 100, 60}});
    // Seen, it is 60 x 100 then: its top 10 rows are the first columns as they are stored, turned against the clock.
    CHECK(view_of({irot(3), clap({60, 1, 10, 1, 0, 1, -45, 1})}) == View{6, {0, 0, 10, 60}});
    CHECK(view_of({irot(1), clap({60, 1, 10, 1, 0, 1, -45, 1})}) == View{8, {90, 0, 10, 60}});
    CHECK(view_of({clap({50, 1, 20, 1, 0, 1, 0, 1}), clap({10, 1, 10, 1, -20, 1, 5, 1})}) == View{1, {25, 30, 10, 10}});
}

TEST_CASE("heif picture: an aperture that is not in the picture is damage") {
    for (const std::vector<std::int64_t>& numbers : {std::vector<std::int64_t>{101, 1, 20, 1, 0, 1, 0, 1},
                                                     {50, 1, 20, 1, 26, 1, 0, 1},
                                                     {50, 0, 20, 1, 0, 1, 0, 1},
                                                     {0, 1, 20, 1, 0, 1, 0, 1},
                                                     {50, 1, 20, 1, 0, 1, 0, 0},
                                                     {0xffffffff, 1, 0xffffffff, 1, 0, 1, 0, 1}})
        CHECK(reason_of(heif_meta({image({100, 60}, {clap(numbers)})})) == Reason::bad_image);
}

TEST_CASE("heif picture: a grid is as many tiles as are needed to fill it, and no more") {
    const auto file = [](int rows, int columns, Size size, std::vector<std::uint64_t> tiles) {
        return heif_meta({image({64, 64}), grid(rows, columns, size, std::move(tiles))});
    };
    const auto picture = picture_in(file(2, 3, {150, 100}, {1, 1, 1, 1, 1, 1}), 2);
    REQUIRE(picture);
    CHECK(picture->size == Size{150, 100});
    CHECK(picture->tile == Size{64, 64});
    CHECK(picture->columns == 3);
    CHECK(picture->tiles.size() == 6);
    CHECK(reason_of(file(2, 3, {150, 100}, {1, 1, 1, 1, 1}), 2) == Reason::bad_image);
    CHECK(reason_of(file(2, 3, {193, 100}, {1, 1, 1, 1, 1, 1}), 2) == Reason::bad_image); // not filled
    CHECK(reason_of(file(2, 3, {128, 100}, {1, 1, 1, 1, 1, 1}), 2) == Reason::bad_image); // a column too many
    CHECK(reason_of(file(1, 1, {64, 64}, {9}), 2) == Reason::bad_image);
    CHECK(reason_of(file(1, 1, {64, 64}, {2}), 2) == Reason::unsupported_format);
    CHECK(reason_of(heif_meta({image({64, 64}), image({32, 64}), grid(1, 2, {96, 64}, {1, 2})}), 3) ==
          Reason::bad_image);
}

TEST_CASE("heif picture: coded images of more pixels than are allowed are refused before they are decoded") {
    CHECK(reason_of(heif_meta({image({100'000, 100'000})})) == Reason::too_large);
    CHECK(reason_of(heif_meta({image({100'000, 100'000}), grid(1, 1, {60'000, 60'000}, {1})}), 2) == Reason::too_large);
}

TEST_CASE("heif picture: one that is derived from itself ends") {
    const TestItem identity{.type = "iden", .references = {{"dimg", {1}}}};
    CHECK(reason_of(heif_meta({identity})) == Reason::bad_image);
    const TestItem chained{.type = "iden", .properties = {irot(1)}, .references = {{"dimg", {2}}}};
    const auto picture = picture_in(heif_meta({chained, image({100, 60}, {irot(1)})}));
    REQUIRE(picture);
    CHECK(picture->view.orientation == 3);
    CHECK(picture->tiles == std::vector<ItemId>{2});
}

TEST_CASE("heif picture: what is made for a wider range of light is shown by its first source") {
    const TestItem mapped{.type = "tmap", .references = {{"dimg", {2, 3}}}};
    const auto picture = picture_in(heif_meta({mapped, image({100, 60}), image({50, 30})}));
    REQUIRE(picture);
    CHECK(picture->tiles == std::vector<ItemId>{2});
}

TEST_CASE("heif picture: a property that is essential and not known is a refusal, others are skipped") {
    TestItem item = image({100, 60}, {iso_box("what", "x")});
    CHECK(picture_in(heif_meta({item})));
    item.essential = true;
    CHECK(reason_of(heif_meta({item})) == Reason::unsupported_format);
}

TEST_CASE("heif contents: pictures are what stands for itself, the first one first") {
    const std::vector<TestItem> items{
        image({64, 64}),                                                    // 1: a tile
        grid(1, 1, {64, 64}, {1}),                                          // 2
        {.properties = {ispe({16, 16})}, .references = {{"thmb", {2}}}},    // 3
        {.properties = {ispe({64, 64})}, .references = {{"auxl", {2}}}},    // 4
        {.properties = {ispe({64, 64})}, .references = {}, .hidden = true}, // 5
        image({64, 64}),                                                    // 6
        {.type = "Exif", .references = {{"cdsc", {2}}}},                    // 7
    };
    const std::string file = heif_meta(items, 2);
    const auto meta = read_heif_meta(bytes_of(file));
    REQUIRE(meta);
    CHECK(pictures_in(*meta) == std::vector<ItemId>{2, 6});
    CHECK(thumbnails_of(*meta, 2) == std::vector<ItemId>{3});
}

TEST_CASE("heif contents: EXIF begins behind what it says, or behind its name") {
    const auto exif = [](const std::string& data) {
        const std::string file =
            heif_meta({image({64, 64}), {.type = "Exif", .data = data, .references = {{"cdsc", {1}}}}});
        const auto meta = read_heif_meta(bytes_of(file));
        const auto found = exif_of(*meta, 1);
        return std::string(text_of(found));
    };
    CHECK(exif(big(0, 4) + "II*") == "II*");
    CHECK(exif(big(6, 4) + std::string("Exif\0\0", 6) + "II*") == "II*");
    CHECK(exif(big(0, 4) + std::string("Exif\0\0", 6) + "II*") == "II*");
    CHECK(exif(big(99, 4) + "II*").empty());
    CHECK(exif("x").empty());
}

TEST_CASE("heif meta: tables that lie are damage") {
    const std::string sound = heif_meta({image({100, 60})});
    REQUIRE(read_heif_meta(bytes_of(sound)));
    CHECK(!read_heif_meta(bytes_of(heif_meta({image({100, 60})}, 2)))); // no such item
    for (const char* name : {"pitm", "iloc", "iinf"}) {
        std::string without = sound;
        without.replace(without.find(name), 4, "free");
        const auto meta = read_heif_meta(bytes_of(without));
        const bool refused = !meta || !picture_of(*meta, 1, kPixels);
        std::vector<std::byte> joined;
        CHECK((refused || !data_of(*meta, *meta->item(1), joined)));
    }
    for (std::size_t length = 0; length < sound.size(); ++length)
        CHECK(!read_heif_meta(bytes_of(sound.substr(0, length))));
}

TEST_CASE("heif meta: bytes that are changed at random never do harm") {
    const std::string sound = heif_meta({image({64, 64}, {irot(1), clap({32, 1, 32, 1, 0, 1, 0, 1})}),
                                         grid(2, 2, {100, 100}, {1, 1, 1, 1}),
                                         {.type = "iden", .references = {{"dimg", {2}}, {"auxl", {1}}}}});
    std::uint32_t dice = 1;
    const auto thrown = [&](std::size_t sides) {
        dice = dice * 1664525 + 1013904223;
        return static_cast<std::size_t>(dice >> 8) % sides;
    };
    int read = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string file = sound;
        for (std::size_t times = 1 + thrown(4); times > 0; --times)
            file[thrown(file.size())] = static_cast<char>(thrown(256));
        const auto meta = read_heif_meta(bytes_of(file));
        if (!meta) continue;
        for (const ItemId id : pictures_in(*meta)) read += picture_of(*meta, id, kPixels) ? 1 : 0;
    }
    CHECK(read > 0);
}
