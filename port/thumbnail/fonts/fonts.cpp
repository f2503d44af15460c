#include "thumbnail/fonts/fonts.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>
#include <vips/vips8>

#include "os/descriptor.h"
#include "os/shared_memory.h"
#include "thumbnail/fonts/font_files.h"
#include "thumbnail/fonts/font_names.h"
#include "thumbnail/vips/gobject.h"

namespace thumbnailer {

namespace {

constexpr std::array<std::string_view, 3> kUsualFamilies{"sans-serif", "serif", "monospace"};
constexpr std::array<std::string_view, 6> kSuffixes{".ttf", ".otf", ".ttc", ".otc", ".pfb", ".pcf"};

bool is_font_file(std::string_view path) {
    return std::ranges::any_of(kSuffixes, [&](std::string_view suffix) { return path.ends_with(suffix); });
}

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char letter : text) {
        if (letter == '&')
            safe.append("&amp;");
        else if (letter == '<')
            safe.append("&lt;");
        else if (letter == '"')
            safe.append("&quot;");
        else
            safe.push_back(letter);
    }
    return safe;
}

// Text of each family in the styles that drawings use.
std::string specimen(const std::vector<std::string>& families) {
    std::string drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\">";
    for (const std::string& family : families)
        for (const std::string_view style :
             {"", " font-weight=\"bold\"", " font-style=\"italic\"", " font-weight=\"bold\" font-style=\"italic\""})
            drawing.append("<text y=\"40\" font-family=\"" + escaped(family) + "\"").append(style).append(">A</text>");
    return drawing.append("</svg>");
}

// In this thread: libvips creates threads only for whole images.
void draw(const std::string& drawing) {
    VipsImage* loaded = nullptr;
    if (vips_svgload_buffer(const_cast<char*>(drawing.data()), drawing.size(), &loaded, nullptr) == 0) {
        const GObjectPtr<VipsImage> image(loaded);
        const GObjectPtr<VipsRegion> region(vips_region_new(loaded));
        const VipsRect all{0, 0, image->Xsize, image->Ysize};
        if (region) vips_region_prepare(region.get(), &all);
    }
    vips_error_clear();
    vips_thread_shutdown();
}

// A configuration for fontconfig with the system's rules, in memory. With `only` no other files are in it. Nothing in
// it is looked at again later.
std::string configuration(const std::set<std::string>& folders, const std::vector<std::string>& only) {
    std::string text =
        "<?xml version=\"1.0\"?><fontconfig><include ignore_missing=\"yes\">/etc/fonts/fonts.conf</include>";
    for (const std::string& folder : folders) text.append("<dir>" + escaped(folder) + "</dir>");
    if (!only.empty()) {
        text.append("<selectfont><rejectfont><glob>*</glob></rejectfont><acceptfont>");
        for (const std::string& file : only) text.append("<glob>" + escaped(file) + "</glob>");
        text.append("</acceptfont></selectfont>");
    }
    return text.append("<config><rescan><int>0</int></rescan></config></fontconfig>");
}

// During its lifetime, fontconfig uses that configuration, and prints nothing about caches that it cannot write.
class ConfigurationInForce {
public:
    explicit ConfigurationInForce(const std::string& text)
        : file_(::memfd_create("thumbnailer-fonts", MFD_CLOEXEC)), stderr_(::fcntl(2, F_DUPFD_CLOEXEC, 3)) {
        const bool written = ::write(file_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
        const std::string path = "/proc/self/fd/" + std::to_string(file_.get());
        if (written) ::setenv("FONTCONFIG_FILE", path.c_str(), 1);
        const Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
        ::dup2(nothing.get(), 2);
    }
    ~ConfigurationInForce() {
        ::dup2(stderr_.get(), 2);
        ::unsetenv("FONTCONFIG_FILE");
    }
    ConfigurationInForce(const ConfigurationInForce&) = delete;
    ConfigurationInForce& operator=(const ConfigurationInForce&) = delete;

private:
    Descriptor file_;
    Descriptor stderr_;
};

// Which files the system's fontconfig takes for the families: a process of its own draws with them, and tells what it
// had to open. It is not this process, which is to know the chosen files alone.
std::vector<std::string> files_of(const std::vector<std::string>& families) {
    int ends[2];
    if (families.empty() || ::pipe2(ends, O_CLOEXEC) != 0) return {};
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const pid_t pid = ::fork();
    if (pid == 0) {
        const ConfigurationInForce rules(configuration({}, {}));
        // What is opened first is every font of the system, where fontconfig has no cache of them.
        std::thread([&] { draw(specimen({families.front()})); }).join();
        record_opened_files();
        std::thread([&] { draw(specimen(families)); }).join();
        std::string found;
        for (const std::string& path : opened_files())
            if (is_font_file(path) && found.find(path + "\n") == std::string::npos) found.append(path + "\n");
        const ssize_t written = ::write(writing.get(), found.data(), found.size());
        ::_exit(written == static_cast<ssize_t>(found.size()) ? 0 : 1);
    }
    writing = Descriptor();
    std::string told;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; pid > 0 && (count = ::read(reading.get(), buffer.data(), buffer.size())) > 0;)
        told.append(buffer.data(), static_cast<std::size_t>(count));
    if (pid > 0) ::waitpid(pid, nullptr, 0);
    std::vector<std::string> files;
    for (std::size_t at = 0; at < told.size();) {
        const std::size_t end = told.find('\n', at);
        files.push_back(told.substr(at, end - at));
        at = end + 1;
    }
    return files;
}

// The font files at a path: itself, or those in the folder and its folders.
Result<std::vector<std::string>> files_at(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
        const auto whole = std::filesystem::canonical(path, error);
        if (error || !is_font_file(path))
            return Failure{Reason::bad_option, "--fonts: " + path + " is no folder and no file of a font" +
                                                   (error ? ": " + error.message() : std::string())};
        return std::vector<std::string>{whole.string()};
    }
    std::vector<std::string> found;
    const std::filesystem::path folder = std::filesystem::canonical(path, error);
    for (auto entry = std::filesystem::recursive_directory_iterator(folder, error);
         !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error))
        if (is_font_file(entry->path().string())) found.push_back(entry->path().string());
    if (error) return Failure{Reason::bad_option, "--fonts: " + path + ": " + error.message()};
    std::ranges::sort(found);
    return found;
}

std::vector<std::string> families_in(const std::vector<std::string>& files) {
    std::set<std::string> families;
    for (const std::string& path : files) {
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat status {};
        if (::fstat(file.get(), &status) != 0 || status.st_size <= 0) continue;
        const Mapping mapped = Mapping::of(file.get(), static_cast<std::size_t>(status.st_size));
        if (auto family = font_family(mapped.bytes()); !family.empty()) families.insert(std::move(family));
    }
    return {families.begin(), families.end()};
}

// Locks that another thread holds at a fork would stay locked in every worker.
bool is_alone() {
    using namespace std::chrono;
    const auto until = steady_clock::now() + seconds(5);
    for (;;) {
        std::size_t threads = 0;
        std::error_code error;
        for (auto entry = std::filesystem::directory_iterator("/proc/self/task", error);
             !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
            ++threads;
        if (error || threads == 1) return true;
        if (steady_clock::now() > until) return false;
        std::this_thread::sleep_for(milliseconds(1));
    }
}

} // namespace

Result<Fonts> load_fonts(const std::vector<std::string>& wanted) {
    std::vector<std::string> families, files;
    std::set<std::string> folders;
    for (const std::string& name : wanted) {
        if (name.find('/') == std::string::npos) {
            families.push_back(name);
            continue;
        }
        auto found = files_at(name);
        if (!found) return std::move(found).error();
        for (const std::string& file : *found) folders.insert(std::filesystem::path(file).parent_path().string());
        files.insert(files.end(), found->begin(), found->end());
    }
    if (wanted.empty()) families.assign(kUsualFamilies.begin(), kUsualFamilies.end());
    for (std::string& file : files_of(families))
        if (std::ranges::find(files, file) == files.end()) files.push_back(std::move(file));
    if (files.empty()) return Fonts{};
    Fonts fonts{families_in(files), files.size()};
    {
        const ConfigurationInForce rules(configuration(folders, files));
        std::vector<std::string> drawn(kUsualFamilies.begin(), kUsualFamilies.end());
        drawn.insert(drawn.end(), fonts.families.begin(), fonts.families.end());
        std::thread([&] { draw(specimen(drawn)); }).join();
    }
    if (auto kept = keep_font_files(std::move(files)); !kept) return std::move(kept).error();
    if (!is_alone()) return Failure{Reason::internal, "the font library leaves a thread behind"};
    return fonts;
}

} // namespace thumbnailer
