// A worker in the hands of an attacker, compiled only into build/thumbnailer_hostile. The source `hostile:NAME
// ARGUMENT`, a line feed and an image make it tell the lie of that name about that image; any other source is answered
// honestly. The lies are the rows of lies.tsv, which says what each does and what must come of it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "job/job.h"
#include "os/descriptor.h"
#include "step/image/mapped_steps.h"
#include "step/registry/step_progress.h"

namespace thumbnailer::hostile {

// One job, of which the honest result is known and its outputs are written.
struct Attack {
    const Job& job;
    JobResult& result;
    std::vector<Descriptor>& descriptors; // source, memory for results, overlays
    std::string_view argument;
    const MappedSteps& steps;
    const StepProgress& progress;

    int source() const { return descriptors[0].get(); }
    int memory() const { return descriptors[1].get(); }
    OutputResult& output(std::size_t index = 0) const { return result.outputs[index]; }
    // Writes at the end of the outputs.
    void append(std::string_view text) const;
    // Sends the result as it is now.
    void answer() const;
};

struct Lie {
    std::string_view name;
    // The result is sent when this returns.
    void (*tell)(Attack&);
};

std::span<const Lie> lies_in_results();
std::span<const Lie> lies_in_calls();
std::span<const Lie> lies_in_messages();
std::span<const Lie> lies_in_time();
std::span<const Lie> lies_in_steps();

// What an attempt that must not succeed ends with, and one that found what it must not see.
[[noreturn]] void succeeded();

// Whether the bytes, each xored with 0x55, stand anywhere in this process's stack, heap or mappings.
bool finds(std::string_view hidden);

} // namespace thumbnailer::hostile
