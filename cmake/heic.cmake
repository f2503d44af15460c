# HEIC by libde265 (port/thumbnail/hevc). It is linked as a shared library, which its licence, the LGPL, lets everyone
# exchange, and travels with what is installed (cmake/companions.cmake).
#
#   auto   read where libde265 is found
#   on     it must be there
#   off    HEIC is refused by name
#
# Sets THUMBNAILER_HEIC_LIBRARIES to what is linked and THUMBNAILER_HEIC_COMPANIONS to what travels.
# thumbnailer_leave_out_heic(LIST) takes out of a list of sources those that are not compiled.
include_guard(GLOBAL)

set(THUMBNAILER_HEIC auto CACHE STRING "HEIC by libde265: auto, on or off")
set_property(CACHE THUMBNAILER_HEIC PROPERTY STRINGS auto on off)
if(NOT THUMBNAILER_HEIC MATCHES "^(auto|on|off)$")
    message(FATAL_ERROR "THUMBNAILER_HEIC is '${THUMBNAILER_HEIC}', it must be auto, on or off")
endif()

set(THUMBNAILER_HEIC_LIBRARIES "")
set(THUMBNAILER_HEIC_COMPANIONS "")
set(heic_problem "THUMBNAILER_HEIC=off")
if(NOT THUMBNAILER_HEIC STREQUAL off)
    pkg_check_modules(THUMBNAILER_DE265 QUIET IMPORTED_TARGET libde265>=1.0.8)
    if(THUMBNAILER_DE265_FOUND)
        set(heic_problem "")
        set(THUMBNAILER_HEIC_LIBRARIES PkgConfig::THUMBNAILER_DE265)
        set(THUMBNAILER_HEIC_COMPANIONS "${THUMBNAILER_DE265_LINK_LIBRARIES}")
        message(STATUS "HEIC: libde265 ${THUMBNAILER_DE265_VERSION}")
    else()
        set(heic_problem "pkg-config knows no libde265 >= 1.0.8 (on Debian: libde265-dev)")
    endif()
    if(THUMBNAILER_HEIC STREQUAL on AND NOT heic_problem STREQUAL "")
        message(FATAL_ERROR "No HEIC: ${heic_problem}")
    endif()
endif()
if(NOT heic_problem STREQUAL "")
    message(STATUS "No HEIC: ${heic_problem}")
endif()

# By folder: of what needs libde265, or of what stands in its place.
function(thumbnailer_leave_out_heic sources)
    if(THUMBNAILER_HEIC_LIBRARIES)
        list(FILTER ${sources} EXCLUDE REGEX "/thumbnail/hevc_stub/")
    else()
        list(FILTER ${sources} EXCLUDE REGEX "/thumbnail/hevc/hevc_decoder\\.cpp$")
    endif()
    set(${sources} "${${sources}}" PARENT_SCOPE)
endfunction()
