# The fast path for JPEG and WebP resamples planes of YCbCr without a conversion to RGB (port/thumbnail/ycbcr), with
# libjpeg-turbo, zimg and libwebp. They are linked statically, so that the target machine does not need them. Their symbols are
# hidden, so that libvips uses its own copies.
#
#   auto   built if all three libraries are found
#   on     an error if one is missing
#   off    libvips makes every thumbnail
#
# Sets THUMBNAILER_JPEG_FAST_PATH_BUILT to true or false, and THUMBNAILER_JPEG_FAST_PATH_LIBRARIES to the libraries to link.
# thumbnailer_leave_out_fast_path(LIST) removes the sources that are not compiled from a list.
include_guard(GLOBAL)

set(THUMBNAILER_JPEG_FAST_PATH auto CACHE STRING "JPEG and WebP resampled without a conversion to RGB: auto, on or off")
set_property(CACHE THUMBNAILER_JPEG_FAST_PATH PROPERTY STRINGS auto on off)
if(NOT THUMBNAILER_JPEG_FAST_PATH MATCHES "^(auto|on|off)$")
    message(FATAL_ERROR "THUMBNAILER_JPEG_FAST_PATH is '${THUMBNAILER_JPEG_FAST_PATH}', it must be auto, on or off")
endif()

set(THUMBNAILER_JPEG_FAST_PATH_BUILT false)
set(THUMBNAILER_JPEG_FAST_PATH_LIBRARIES "")
set(fast_path_problem "THUMBNAILER_JPEG_FAST_PATH=off")
if(NOT THUMBNAILER_JPEG_FAST_PATH STREQUAL off)
    pkg_check_modules(THUMBNAILER_JPEG QUIET libjpeg)
    pkg_check_modules(THUMBNAILER_ZIMG QUIET zimg>=3.0)
    find_library(THUMBNAILER_JPEG_ARCHIVE libjpeg.a HINTS ${THUMBNAILER_JPEG_LIBRARY_DIRS} ${THUMBNAILER_JPEG_LIBDIR})
    find_library(THUMBNAILER_ZIMG_ARCHIVE libzimg.a HINTS ${THUMBNAILER_ZIMG_LIBRARY_DIRS} ${THUMBNAILER_ZIMG_LIBDIR})
    pkg_check_modules(THUMBNAILER_WEBP QUIET libwebp)
    find_library(THUMBNAILER_WEBP_ARCHIVE libwebp.a HINTS ${THUMBNAILER_WEBP_LIBRARY_DIRS} ${THUMBNAILER_WEBP_LIBDIR})
    # A part of libwebp.a before version 1.3.
    find_library(THUMBNAILER_SHARPYUV_ARCHIVE libsharpyuv.a HINTS ${THUMBNAILER_WEBP_LIBRARY_DIRS} ${THUMBNAILER_WEBP_LIBDIR})
    # libjpeg's internal interface, which libjpeg/scan_decoder.cpp needs to replace a part. Debian installs it, upstream does not.
    find_path(THUMBNAILER_JPEG_PARTS jpegint.h HINTS ${THUMBNAILER_JPEG_INCLUDE_DIRS} ${THUMBNAILER_JPEG_INCLUDEDIR})
    mark_as_advanced(THUMBNAILER_JPEG_ARCHIVE THUMBNAILER_ZIMG_ARCHIVE THUMBNAILER_JPEG_PARTS THUMBNAILER_WEBP_ARCHIVE
        THUMBNAILER_SHARPYUV_ARCHIVE)
    if(THUMBNAILER_JPEG_FOUND AND THUMBNAILER_ZIMG_FOUND AND THUMBNAILER_JPEG_ARCHIVE AND THUMBNAILER_ZIMG_ARCHIVE AND
            THUMBNAILER_JPEG_PARTS AND THUMBNAILER_WEBP_FOUND AND THUMBNAILER_WEBP_ARCHIVE)
        set(fast_path_problem "")
        set(THUMBNAILER_JPEG_FAST_PATH_BUILT true)
        set(THUMBNAILER_JPEG_FAST_PATH_LIBRARIES "${THUMBNAILER_JPEG_ARCHIVE}" "${THUMBNAILER_ZIMG_ARCHIVE}" "${THUMBNAILER_WEBP_ARCHIVE}"
            "-Wl,--exclude-libs,libjpeg.a:libzimg.a:libwebp.a:libsharpyuv.a")
        if(THUMBNAILER_SHARPYUV_ARCHIVE)
            list(APPEND THUMBNAILER_JPEG_FAST_PATH_LIBRARIES "${THUMBNAILER_SHARPYUV_ARCHIVE}")
        endif()
        message(STATUS "JPEG fast path: libjpeg-turbo ${THUMBNAILER_JPEG_VERSION}, zimg ${THUMBNAILER_ZIMG_VERSION}, libwebp ${THUMBNAILER_WEBP_VERSION}")
    else()
        set(fast_path_problem "libjpeg.a, its jpegint.h, libzimg.a and libwebp.a are not all there (on Debian: libjpeg62-turbo-dev, libzimg-dev, libwebp-dev)")
    endif()
    if(THUMBNAILER_JPEG_FAST_PATH STREQUAL on AND NOT fast_path_problem STREQUAL "")
        message(FATAL_ERROR "No JPEG fast path: ${fast_path_problem}")
    endif()
endif()
if(NOT fast_path_problem STREQUAL "")
    message(STATUS "No JPEG fast path: ${fast_path_problem}")
endif()

# With the libraries the folders that need them are compiled, otherwise their stub.
function(thumbnailer_leave_out_fast_path sources)
    if(THUMBNAILER_JPEG_FAST_PATH_BUILT)
        list(FILTER ${sources} EXCLUDE REGEX "/thumbnail/ycbcr_stub/")
    else()
        list(FILTER ${sources} EXCLUDE REGEX "/thumbnail/(ycbcr|libjpeg|libwebp)/")
    endif()
    set(${sources} "${${sources}}" PARENT_SCOPE)
endfunction()
