# HEIC by libde265 (port/thumbnail/hevc) and AVIF by dav1d (port/thumbnail/av1). They are linked as shared libraries, which
# everyone can replace, as libde265's licence, the LGPL, requires, and are installed with the program (cmake/companions.cmake).
#
# THUMBNAILER_HEIC and THUMBNAILER_AVIF are
#
#   auto   the library is used if it is found
#   on     it must be there
#   off    without it HEIC is refused by name, and libvips reads AVIF
#
# Sets THUMBNAILER_HEIC_LIBRARIES and THUMBNAILER_AVIF_LIBRARIES to what is linked, THUMBNAILER_DECODER_COMPANIONS to what is
# installed. thumbnailer_leave_out_decoders(LIST) removes the sources that are not compiled from a list.
include_guard(GLOBAL)

set(THUMBNAILER_DECODER_COMPANIONS "")
set(THUMBNAILER_DECODERS_LEFT_OUT "")

# `otherwise` says what happens without the library; `sources` is a pattern of the sources that need it, beside those of the
# folder `stub`, which are compiled in their place.
function(thumbnailer_decoder format module minimum package sources stub otherwise)
    set(option THUMBNAILER_${format})
    set(${option} auto CACHE STRING "${format} by ${module}: auto, on or off")
    set_property(CACHE ${option} PROPERTY STRINGS auto on off)
    if(NOT ${option} MATCHES "^(auto|on|off)$")
        message(FATAL_ERROR "${option} is '${${option}}', it must be auto, on or off")
    endif()

    set(found false)
    set(problem "${option}=off")
    if(NOT ${option} STREQUAL off)
        pkg_check_modules(${option}_MODULE QUIET IMPORTED_TARGET GLOBAL "${module}>=${minimum}")
        set(problem "pkg-config knows no ${module} >= ${minimum} (on Debian: ${package})")
        set(found ${${option}_MODULE_FOUND})
    endif()

    if(found)
        message(STATUS "${format}: ${module} ${${option}_MODULE_VERSION}")
        set(${option}_LIBRARIES PkgConfig::${option}_MODULE PARENT_SCOPE)
        set(left_out "${stub}")
        set(companions ${THUMBNAILER_DECODER_COMPANIONS} ${${option}_MODULE_LINK_LIBRARIES})
        set(THUMBNAILER_DECODER_COMPANIONS "${companions}" PARENT_SCOPE)
    elseif(${option} STREQUAL on)
        message(FATAL_ERROR "${otherwise}: ${problem}")
    else()
        message(STATUS "${otherwise}: ${problem}")
        set(${option}_LIBRARIES "" PARENT_SCOPE)
        set(left_out "${sources}")
    endif()
    set(THUMBNAILER_DECODERS_LEFT_OUT ${THUMBNAILER_DECODERS_LEFT_OUT} "${left_out}" PARENT_SCOPE)
endfunction()

thumbnailer_decoder(HEIC libde265 1.0.8 libde265-dev "/thumbnail/hevc/hevc_decoder\\.cpp$" "/thumbnail/hevc_stub/" "No HEIC")
thumbnailer_decoder(AVIF dav1d 1.0.0 libdav1d-dev "/thumbnail/av1/av1_decoder\\.cpp$" "/thumbnail/av1_stub/" "AVIF by libvips")

function(thumbnailer_leave_out_decoders sources)
    foreach(pattern IN LISTS THUMBNAILER_DECODERS_LEFT_OUT)
        list(FILTER ${sources} EXCLUDE REGEX "${pattern}")
    endforeach()
    set(${sources} "${${sources}}" PARENT_SCOPE)
endfunction()
