# AVIF by dav1d (port/thumbnail/av1). It is linked as a shared library and is installed with the program
# (cmake/companions.cmake).
#
#   auto   dav1d reads AVIF if it is found
#   on     it must be there
#   off    libvips reads AVIF
#
# Sets THUMBNAILER_AVIF_LIBRARIES to what is linked and THUMBNAILER_AVIF_COMPANIONS to what is installed.
# thumbnailer_leave_out_avif(LIST) takes out of a list of sources those that are not compiled.
include_guard(GLOBAL)

set(THUMBNAILER_AVIF auto CACHE STRING "AVIF by dav1d: auto, on or off")
set_property(CACHE THUMBNAILER_AVIF PROPERTY STRINGS auto on off)
if(NOT THUMBNAILER_AVIF MATCHES "^(auto|on|off)$")
    message(FATAL_ERROR "THUMBNAILER_AVIF is '${THUMBNAILER_AVIF}', it must be auto, on or off")
endif()

set(THUMBNAILER_AVIF_LIBRARIES "")
set(THUMBNAILER_AVIF_COMPANIONS "")
set(avif_problem "THUMBNAILER_AVIF=off")
if(NOT THUMBNAILER_AVIF STREQUAL off)
    pkg_check_modules(THUMBNAILER_DAV1D QUIET IMPORTED_TARGET dav1d>=1.0.0)
    if(THUMBNAILER_DAV1D_FOUND)
        set(avif_problem "")
        set(THUMBNAILER_AVIF_LIBRARIES PkgConfig::THUMBNAILER_DAV1D)
        set(THUMBNAILER_AVIF_COMPANIONS "${THUMBNAILER_DAV1D_LINK_LIBRARIES}")
        message(STATUS "AVIF: dav1d ${THUMBNAILER_DAV1D_VERSION}")
    else()
        set(avif_problem "pkg-config knows no dav1d >= 1.0.0 (on Debian: libdav1d-dev)")
    endif()
    if(THUMBNAILER_AVIF STREQUAL on AND NOT avif_problem STREQUAL "")
        message(FATAL_ERROR "AVIF without libvips is not possible: ${avif_problem}")
    endif()
endif()
if(NOT avif_problem STREQUAL "")
    message(STATUS "AVIF by libvips: ${avif_problem}")
endif()

# By folder: of what needs dav1d, or of what stands in its place.
function(thumbnailer_leave_out_avif sources)
    if(THUMBNAILER_AVIF_LIBRARIES)
        list(FILTER ${sources} EXCLUDE REGEX "/thumbnail/av1_stub/")
    else()
        list(FILTER ${sources} EXCLUDE REGEX "/thumbnail/av1/av1_decoder\\.cpp$")
    endif()
    set(${sources} "${${sources}}" PARENT_SCOPE)
endfunction()
