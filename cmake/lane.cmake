# The lane: JPEG to JPEG without pixels (port/thumbnail/lane.h), by libjpeg-turbo and zimg. They are linked statically, so
# that the program needs neither where it runs, and hidden, so that libvips goes on with its own.
#
#   auto   built where both are found
#   on     both must be there
#   off    every image goes through libvips
#
# Sets THUMBNAILER_LANE_BUILT to true or false, THUMBNAILER_LANE_LIBRARIES to what is linked, and
# THUMBNAILER_LANE_EXCLUDED to what of port/ and test/ is not compiled.
include_guard(GLOBAL)

set(THUMBNAILER_LANE auto CACHE STRING "JPEG to JPEG without pixels: auto, on or off")
set_property(CACHE THUMBNAILER_LANE PROPERTY STRINGS auto on off)
if(NOT THUMBNAILER_LANE MATCHES "^(auto|on|off)$")
    message(FATAL_ERROR "THUMBNAILER_LANE is '${THUMBNAILER_LANE}', it must be auto, on or off")
endif()

set(THUMBNAILER_LANE_BUILT false)
set(THUMBNAILER_LANE_LIBRARIES "")
set(THUMBNAILER_LANE_EXCLUDED "/(lane|planes[a-z_]*)(_test|_fuzz)?\\.cpp$")
set(lane_problem "THUMBNAILER_LANE=off")
if(NOT THUMBNAILER_LANE STREQUAL off)
    pkg_check_modules(THUMBNAILER_JPEG QUIET libjpeg)
    pkg_check_modules(THUMBNAILER_ZIMG QUIET zimg>=3.0)
    find_library(THUMBNAILER_JPEG_ARCHIVE libjpeg.a HINTS ${THUMBNAILER_JPEG_LIBRARY_DIRS} ${THUMBNAILER_JPEG_LIBDIR})
    find_library(THUMBNAILER_ZIMG_ARCHIVE libzimg.a HINTS ${THUMBNAILER_ZIMG_LIBRARY_DIRS} ${THUMBNAILER_ZIMG_LIBDIR})
    # libjpeg's interface between its parts, one of which the lane replaces. Debian installs it, upstream does not.
    find_path(THUMBNAILER_JPEG_PARTS jpegint.h HINTS ${THUMBNAILER_JPEG_INCLUDE_DIRS} ${THUMBNAILER_JPEG_INCLUDEDIR})
    mark_as_advanced(THUMBNAILER_JPEG_ARCHIVE THUMBNAILER_ZIMG_ARCHIVE THUMBNAILER_JPEG_PARTS)
    if(THUMBNAILER_JPEG_FOUND AND THUMBNAILER_ZIMG_FOUND AND THUMBNAILER_JPEG_ARCHIVE AND THUMBNAILER_ZIMG_ARCHIVE AND
            THUMBNAILER_JPEG_PARTS)
        set(lane_problem "")
        set(THUMBNAILER_LANE_BUILT true)
        set(THUMBNAILER_LANE_LIBRARIES "${THUMBNAILER_JPEG_ARCHIVE}" "${THUMBNAILER_ZIMG_ARCHIVE}"
            "-Wl,--exclude-libs,libjpeg.a:libzimg.a")
        set(THUMBNAILER_LANE_EXCLUDED "/no_lane\\.cpp$")
        message(STATUS "Lane: libjpeg-turbo ${THUMBNAILER_JPEG_VERSION}, zimg ${THUMBNAILER_ZIMG_VERSION}")
    else()
        set(lane_problem "libjpeg.a, its jpegint.h and libzimg.a are not all there (on Debian: libjpeg62-turbo-dev, libzimg-dev)")
    endif()
    if(THUMBNAILER_LANE STREQUAL on AND NOT lane_problem STREQUAL "")
        message(FATAL_ERROR "No lane: ${lane_problem}")
    endif()
endif()
if(NOT lane_problem STREQUAL "")
    message(STATUS "No lane: ${lane_problem}")
endif()
