// A result of any bytes, to a job and a memory of any size: what is believed can be answered with, and all that it
// names lies in the memory, once.
#include <algorithm>
#include <cstring>
#include <vector>

#include "codec_fuzz.h"
#include "job/check_result.h"

namespace {

using namespace thumbnailer;

// The fields that are seldom right by chance, when a bit says so.
void make_plausible(JobResult& result, const Job& job, std::uint8_t bits) {
    if ((bits & 1) != 0) result.sequence = job.sequence;
    if ((bits & 2) != 0) result.count = job.count;
    if ((bits & 4) != 0) result.failed = 0;
    if ((bits & 8) != 0) {
        result.header = {};
        result.header.raw_width = result.header.raw_height = 100;
        result.header.square_width = result.header.square_height = 100;
        result.header.bands = 3;
        result.header.depth = 8;
    }
    std::uint64_t end = 0;
    for (std::size_t index = 0; (bits & 16) != 0 && index < job.count; ++index) {
        OutputResult& output = result.outputs[index];
        output.made = 1;
        output.format = Format::jpeg;
        output.width = output.height = 10;
        output.placeholder_size = 0;
        output.offset = end;
        output.size %= 1000;
        end += output.size;
    }
}

void check_pieces(const JobResult& result, std::uint64_t size) {
    std::uint64_t sum = 0;
    for (std::size_t index = 0; index < result.count; ++index) {
        const OutputResult& output = result.outputs[index];
        if (output.made == 0) continue;
        fuzz::require(output.offset <= size && output.size <= size - output.offset);
        fuzz::require(output.placeholder_size == 0 || (output.placeholder_offset <= size &&
                                                       output.placeholder_size <= size - output.placeholder_offset));
        fuzz::require(static_cast<std::size_t>(output.format) < kFormats.size() && spec_of(output.format).saves);
        sum += output.size + output.placeholder_size;
    }
    fuzz::require(sum == size);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4) return 0;
    Job job;
    job.sequence = 1;
    job.count = data[0] % (kMaxOutputs + 1);
    const std::uint64_t memory_size = static_cast<std::uint64_t>(data[1]) * data[2];
    JobResult result;
    std::memcpy(static_cast<void*>(&result), data + 4, std::min(size - 4, sizeof result));
    make_plausible(result, job, data[3]);
    if (check_result(result, job, {memory_size, memory_size})) return 0;
    if (result.failed != 0) {
        const Failure failure = from_wire(result.failure);
        fuzz::require(!failure.message.empty() && is_workers_reason(failure.reason));
        return 0;
    }
    fuzz::require(result.header.width() > 0 && result.header.height() > 0);
    check_pieces(result, memory_size);
    const std::vector<std::byte> memory(memory_size, std::byte{0xff});
    (void)check_contents(result, job, memory);
    return 0;
}
