#include "step/translate/translator.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "os/descriptor.h"
#include "step/image/relocation.h"
#include "step/image/step_image.h"
#include "step/module/check.h"
#include "step/module/contract.h"
#include "step/translate/module_hash.h"
#include "step/translate/runtime_files.h"
#include "step/translate/tool_process.h"
#include "step/translate/work_folder.h"

namespace thumbnailer {

namespace {

constexpr int kRefused = 1;
// Of all tools together.
constexpr std::chrono::seconds kLongest{120};
// wasm2c's output and step/runtime/wasm-rt.h belong together.
constexpr std::string_view kWasm2cVersion = "1.0.32";

bool write_file(const std::string& path, Bytes bytes) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    while (file && !bytes.empty()) {
        const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return static_cast<bool>(file);
}

std::string facts_of(const CheckedModule& module, const ModuleHash& hash) {
    std::string text = "#define STEP_MODULE_C \"module.c\"\n#define STEP_ABI " + std::to_string(kStepAbi) +
                       "\n#define STEP_TYPES " + std::to_string(module.types + 1) + "\n#define STEP_TABLE_ELEMENTS " +
                       std::to_string(module.table_elements + 1) + "\n#define STEP_MODULE_SHA256 ";
    for (const std::uint8_t byte : hash) text += std::to_string(byte) + ",";
    text += "\n";
    if (module.has_size) text += "#define STEP_HAS_SIZE\n";
    if (module.has_initialize) text += "#define STEP_HAS_INITIALIZE\n";
    return text;
}

// In a confined child: what it says on its output is why the module is none.
int check_and_rewrite(Bytes module, bool write) {
    const auto checked = check_module(module);
    if (!checked) {
        const std::string& message = checked.error().message;
        return ::write(STDERR_FILENO, message.data(), message.size()) < 0 ? kRefused + 1 : kRefused;
    }
    if (!write) return 0;
    const bool written = write_file("module.wasm", checked->bytes) &&
                         write_file("facts.h", bytes_of(facts_of(*checked, hash_of(module))));
    return written ? 0 : kRefused + 1;
}

// A tool's words for its author: one line, without what a terminal would act on.
std::string first_line(const std::string& output) {
    std::string line = output.substr(0, std::min(output.find('\n'), std::size_t{300}));
    for (char& each : line)
        if (each < ' ' || each > '~') each = '?';
    return line;
}

class Translation {
public:
    Translation(Bytes module, Architecture target, const Toolchain& tools, const WorkFolder& folder)
        : module_(module), target_(target), tools_(tools), folder_(folder),
          process_(folder.path(), {}, std::chrono::steady_clock::now() + kLongest) {}

    Result<std::vector<std::byte>> make() {
        for (const auto step : {&Translation::check, &Translation::check_version, &Translation::write_runtime,
                                &Translation::validate, &Translation::to_c, &Translation::compile, &Translation::link})
            if (auto done = (this->*step)(); !done) return std::move(done).error();
        return read_result();
    }

    Result<Done> check() {
        return run([&] { return check_and_rewrite(module_, true); }, "the check");
    }

private:
    // A status of 1 is the tool's word that the module is bad; any other end is more than the tool could take.
    Result<Done> conclude(const Result<ToolRun>& ended, const std::string& what) const {
        if (!ended) return ended.error();
        if (ended->succeeded()) return Done{};
        if (ended->exited && ended->status == kRefused) return Failure{Reason::bad_step, first_line(ended->output)};
        return Failure{Reason::bad_step, what + " could not cope with the module: " + ended->ending()};
    }
    Result<Done> run(const std::function<int()>& function, const std::string& what) const {
        return conclude(process_.run(function), what);
    }
    Result<Done> run(const std::vector<std::string>& command, const std::string& what) const {
        return conclude(process_.run(command), what);
    }

    Result<Done> check_version() {
        const auto ended = process_.run({tools_.wasm2c, "--version"});
        if (!ended) return ended.error();
        if (const std::string version = first_line(ended->output); version != kWasm2cVersion)
            return Failure{Reason::untranslated, tools_.wasm2c + " is of version " + version + ", version " +
                                                     std::string(kWasm2cVersion) + " is needed"};
        return Done{};
    }

    Result<Done> write_runtime() {
        std::error_code error;
        std::filesystem::create_directory(folder_.path() + "/libc", error);
        for (const RuntimeFile& file : runtime_files())
            if (error || !write_file(folder_.path() + "/" + std::string(file.name), bytes_of(file.text)))
                return Failure{Reason::internal, "the run time of steps cannot be written into " + folder_.path()};
        return Done{};
    }

    Result<Done> validate() { return run(validate_command(tools_), "wasm-validate"); }
    Result<Done> to_c() { return run(wasm2c_command(tools_), "wasm2c"); }

    Result<Done> compile() {
        auto compiled = run(compile_command(tools_, target_), "the compiler");
        if (!compiled || tools_.compiler == Compiler::clang) return compiled;
        return run(assemble_command(tools_), "the assembler");
    }
    Result<Done> link() { return run(link_command(tools_, target_), "the linker"); }

    // Looked at as if somebody else had made it.
    Result<std::vector<std::byte>> read_result() const {
        auto bytes = read_regular_file(folder_.path() + "/step.elf");
        if (!bytes) return bytes;
        const auto layout = ElfLayout::read(*bytes);
        if (!layout) return layout.error();
        if (const auto sound = check_relocations(*layout, *bytes); !sound) return sound.error();
        const ModuleHash hash = hash_of(module_);
        const bool is_ours = layout->architecture == target_ && layout->note.abi == kStepAbi &&
                             layout->note.runtime == STEP_RUNTIME_VERSION &&
                             std::memcmp(layout->note.module, hash.data(), hash.size()) == 0;
        if (!is_ours) return Failure{Reason::internal, "what the tools made is no translation of this module"};
        return bytes;
    }

    static Result<std::vector<std::byte>> read_regular_file(const std::string& path) {
        const Failure unreadable{Reason::internal, "what the tools made cannot be read"};
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return unreadable;
        if (static_cast<std::size_t>(status.st_size) > StepImage::kMaxBytes)
            return Failure{Reason::bad_step, "the translation would have " + std::to_string(status.st_size) + " bytes"};
        std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
        for (std::size_t at = 0; at < bytes.size();) {
            const ssize_t count = ::pread(file.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return unreadable;
            at += static_cast<std::size_t>(count);
        }
        return bytes;
    }

    Bytes module_;
    Architecture target_;
    const Toolchain& tools_;
    const WorkFolder& folder_;
    ToolProcess process_;
};

Result<WorkFolder> create_folder() {
    if (!has_tool_sandbox())
        return Failure{Reason::untranslated,
                       "this host has no Landlock, and tools are not run without it: translate the "
                       "step on another one (thumbnailer step translate)"};
    return WorkFolder::create();
}

} // namespace

Result<Done> check_step(Bytes module) {
    const auto folder = create_folder();
    if (!folder) return folder.error();
    const Toolchain nothing;
    return Translation(module, Architecture::x86_64, nothing, *folder).check();
}

Result<std::vector<std::byte>> translate_step(Bytes module, Architecture target) {
    const auto tools = find_toolchain(target);
    if (!tools) return tools.error();
    return translate_step(module, target, *tools);
}

Result<std::vector<std::byte>> translate_step(Bytes module, Architecture target, const Toolchain& tools) {
    const auto folder = create_folder();
    if (!folder) return folder.error();
    return Translation(module, target, tools, *folder).make();
}

} // namespace thumbnailer
