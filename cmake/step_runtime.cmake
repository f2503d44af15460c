# Makes a C++ source that holds the files of port/step/runtime as text: they are compiled with each step that is translated,
# wherever the program runs.
#
#   thumbnailer_step_runtime(SOURCE)   sets SOURCE to the path of the source
include_guard(GLOBAL)

function(thumbnailer_step_runtime source)
    set(folder ${CMAKE_SOURCE_DIR}/port/step/runtime)
    file(GLOB_RECURSE files RELATIVE ${folder} CONFIGURE_DEPENDS ${folder}/*.h ${folder}/*.c)
    set(made ${CMAKE_BINARY_DIR}/step_runtime/runtime_files.cpp)
    set(rows "")
    foreach(file IN LISTS files)
        file(READ ${folder}/${file} text)
        string(APPEND rows "    {\"${file}\", R\"~~~(${text})~~~\"},\n")
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${file})
    endforeach()
    file(CONFIGURE OUTPUT ${made} @ONLY CONTENT [[
// Made by cmake/step_runtime.cmake from the files of port/step/runtime.
#include "step/translate/runtime_files.h"

namespace thumbnailer {

namespace {

constexpr RuntimeFile kRuntimeFiles[] = {
@rows@};

} // namespace

std::span<const RuntimeFile> runtime_files() { return kRuntimeFiles; }

} // namespace thumbnailer
]])
    set(${source} ${made} PARENT_SCOPE)
endfunction()
