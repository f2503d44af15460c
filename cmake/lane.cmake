# The lane: JPEG to JPEG or WebP without pixels (port/thumbnail/lane.h), by libjpeg-turbo, zimg and libwebp. They are
# linked statically, so that the program needs none of them where it runs, and hidden, so that libvips goes on with its own.
#
#   auto   built where all are found
#   on     all must be there
#   off    every image goes through libvips
#
# Sets THUMBNAILER_LANE_BUILT to true or false, THUMBNAILER_LANE_LIBRARIES to what is linked, and
# THUMBNAILER_LANE_EXCLUDED to what of port/ and test/ is not compiled.
include_guard(GLOBAL)

set(THUMBNAILER_LANE auto CACHE STRING "JPEG to JPEG or WebP without pixels: auto, on or off")
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
    pkg_check_modules(THUMBNAILER_WEBP QUIET libwebp)
    find_library(THUMBNAILER_WEBP_ARCHIVE libwebp.a HINTS ${THUMBNAILER_WEBP_LIBRARY_DIRS} ${THUMBNAILER_WEBP_LIBDIR})
    # A part of libwebp.a before version 1.3.
    find_library(THUMBNAILER_SHARPYUV_ARCHIVE libsharpyuv.a HINTS ${THUMBNAILER_WEBP_LIBRARY_DIRS} ${THUMBNAILER_WEBP_LIBDIR})
    # libjpeg's interface between its parts, one of which the lane replaces. Debian installs it, upstream does not.
    find_path(THUMBNAILER_JPEG_PARTS jpegint.h HINTS ${THUMBNAILER_JPEG_INCLUDE_DIRS} ${THUMBNAILER_JPEG_INCLUDEDIR})
    mark_as_advanced(THUMBNAILER_JPEG_ARCHIVE THUMBNAILER_ZIMG_ARCHIVE THUMBNAILER_JPEG_PARTS THUMBNAILER_WEBP_ARCHIVE
        THUMBNAILER_SHARPYUV_ARCHIVE)
    if(THUMBNAILER_JPEG_FOUND AND THUMBNAILER_ZIMG_FOUND AND THUMBNAILER_JPEG_ARCHIVE AND THUMBNAILER_ZIMG_ARCHIVE AND
            THUMBNAILER_JPEG_PARTS AND THUMBNAILER_WEBP_FOUND AND THUMBNAILER_WEBP_ARCHIVE)
        set(lane_problem "")
        set(THUMBNAILER_LANE_BUILT true)
        set(THUMBNAILER_LANE_LIBRARIES "${THUMBNAILER_JPEG_ARCHIVE}" "${THUMBNAILER_ZIMG_ARCHIVE}" "${THUMBNAILER_WEBP_ARCHIVE}"
            "-Wl,--exclude-libs,libjpeg.a:libzimg.a:libwebp.a:libsharpyuv.a")
        if(THUMBNAILER_SHARPYUV_ARCHIVE)
            list(APPEND THUMBNAILER_LANE_LIBRARIES "${THUMBNAILER_SHARPYUV_ARCHIVE}")
        endif()
        set(THUMBNAILER_LANE_EXCLUDED "/no_lane\\.cpp$")
        message(STATUS "Lane: libjpeg-turbo ${THUMBNAILER_JPEG_VERSION}, zimg ${THUMBNAILER_ZIMG_VERSION}, libwebp ${THUMBNAILER_WEBP_VERSION}")
    else()
        set(lane_problem "libjpeg.a, its jpegint.h, libzimg.a and libwebp.a are not all there (on Debian: libjpeg62-turbo-dev, libzimg-dev, libwebp-dev)")
    endif()
    if(THUMBNAILER_LANE STREQUAL on AND NOT lane_problem STREQUAL "")
        message(FATAL_ERROR "No lane: ${lane_problem}")
    endif()
endif()
if(NOT lane_problem STREQUAL "")
    message(STATUS "No lane: ${lane_problem}")
endif()
