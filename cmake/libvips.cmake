# Finds or fetches libvips.
#
#   prebuilt  the npm packages that port/libvips pins by their hashes: one library without dependencies, newer and
#             faster than most distributions' and with few loaders
#   system    the development package of the system, found by pkg-config
#   auto      prebuilt if it is available, else system
#
# Defines the target thumbnailer::vips (the C++ API), and
#   THUMBNAILER_LIBVIPS_ORIGIN   prebuilt or system
#   THUMBNAILER_LIBVIPS_VERSION  such as 8.18.7
#   THUMBNAILER_LIBVIPS_RUNTIME  the shared libraries to bundle with the program, in lib/; empty for system
#
# The prebuilt library is copied to <build>/lib and installed to <prefix>/lib (component "port"). Executables in <build> find
# it through the rpath $ORIGIN/lib, so both folders can be moved.
include_guard(GLOBAL)

set(THUMBNAILER_LIBVIPS auto CACHE STRING "Where libvips comes from: auto, prebuilt or system")
set_property(CACHE THUMBNAILER_LIBVIPS PROPERTY STRINGS auto prebuilt system)
if(NOT THUMBNAILER_LIBVIPS MATCHES "^(auto|prebuilt|system)$")
    message(FATAL_ERROR "THUMBNAILER_LIBVIPS is '${THUMBNAILER_LIBVIPS}', it must be auto, prebuilt or system")
endif()

# The oldest version whose C++ API has all functions that the program calls.
set(THUMBNAILER_LIBVIPS_MINIMUM 8.14)

# The name of the npm package for the target platform. It is selected here because older npms install both the glibc and the
# musl package.
function(thumbnailer_libvips_package package)
    set(system "${CMAKE_SYSTEM_NAME}")
    if(system STREQUAL "Linux")
        execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -dumpmachine OUTPUT_VARIABLE triplet ERROR_QUIET)
        if(triplet MATCHES "musl")
            set(system "Linuxmusl")
        endif()
    endif()
    string(TOLOWER "${system}-${CMAKE_SYSTEM_PROCESSOR}" platform)
    string(REGEX REPLACE "-(x86_64|amd64)$" "-x64" platform "${platform}")
    string(REGEX REPLACE "-aarch64$" "-arm64" platform "${platform}")
    set(${package} "sharp-libvips-${platform}" PARENT_SCOPE)
endfunction()

# The npm arguments that select `package` in a cross build; empty in a native build.
function(thumbnailer_npm_target package arguments)
    set(${arguments} "" PARENT_SCOPE)
    if(CMAKE_CROSSCOMPILING AND package MATCHES "libvips-([a-z]+)-([a-z0-9]+)$")
        set(os "${CMAKE_MATCH_1}")
        set(cpu "${CMAKE_MATCH_2}")
        set(libc glibc)
        if(os STREQUAL "linuxmusl")
            set(os linux)
            set(libc musl)
        endif()
        set(${arguments} "--os=${os}" "--cpu=${cpu}" "--libc=${libc}" PARENT_SCOPE)
    endif()
endfunction()

# Installs the pinned packages into <build>/libvips, once for each content of the lock file. Sets `problem` to the error, or to
# the empty string.
function(thumbnailer_fetch_libvips problem)
    set(source "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../port/libvips")
    set(target "${CMAKE_BINARY_DIR}/libvips")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}/package-lock.json")
    set(${problem} "" PARENT_SCOPE)

    file(SHA256 "${source}/package-lock.json" wanted)
    if(EXISTS "${target}/installed")
        file(READ "${target}/installed" installed)
        if(installed STREQUAL wanted)
            return()
        endif()
    endif()

    find_program(THUMBNAILER_NPM npm)
    mark_as_advanced(THUMBNAILER_NPM)
    if(NOT THUMBNAILER_NPM)
        set(${problem} "there is no npm to fetch it with" PARENT_SCOPE)
        return()
    endif()

    thumbnailer_libvips_package(package)
    thumbnailer_npm_target("${package}" npm_target)
    message(STATUS "Fetching the prebuilt libvips")
    file(REMOVE_RECURSE "${target}")
    file(COPY "${source}/package.json" "${source}/package-lock.json" DESTINATION "${target}")
    # No lifecycle scripts: the packages contain only files, and no code of them may run here.
    execute_process(
        COMMAND "${THUMBNAILER_NPM}" ci --ignore-scripts --no-audit --no-fund
            --prefer-offline --fetch-retries=1 --loglevel=verbose ${npm_target}
        WORKING_DIRECTORY "${target}"
        TIMEOUT 300
        RESULT_VARIABLE status
        OUTPUT_FILE "${target}/npm.log"
        ERROR_FILE "${target}/npm.log")
    if(NOT status EQUAL 0)
        set(${problem} "npm ci failed (${status}), see ${target}/npm.log" PARENT_SCOPE)
        return()
    endif()
    # npm reports no error if an optional package is for another platform, cannot be fetched or differs from its hash.
    # npm before 10 supports only its own platform.
    if(NOT EXISTS "${target}/node_modules/@img/${package}")
        set(${problem} "npm ci brought no ${package}, see ${target}/npm.log" PARENT_SCOPE)
        return()
    endif()
    file(WRITE "${target}/installed" "${wanted}")
endfunction()

# Defines thumbnailer::vips from the fetched packages.
function(thumbnailer_use_prebuilt)
    set(packages "${CMAKE_BINARY_DIR}/libvips/node_modules/@img")
    thumbnailer_libvips_package(package)
    set(folder "${packages}/${package}/lib")
    file(GLOB library "${folder}/libvips-cpp.so.*" "${folder}/libvips-cpp.*.dylib")
    get_filename_component(name "${library}" NAME)
    file(COPY "${library}" DESTINATION "${CMAKE_BINARY_DIR}/lib")

    # The packages' include folder also has png.h, jpeglib.h, tiff.h and more, which would shadow the system's headers in every
    # target that links to this one. So only the headers that vips/vips8 includes are exported.
    set(include "${CMAKE_BINARY_DIR}/libvips/include")
    file(COPY "${packages}/sharp-libvips-dev/include/vips" "${packages}/sharp-libvips-dev/include/glib-2.0"
        DESTINATION "${include}")
    file(COPY "${folder}/glib-2.0/include/glibconfig.h" DESTINATION "${include}/glib-2.0")

    add_library(thumbnailer::vips SHARED IMPORTED GLOBAL)
    set_target_properties(thumbnailer::vips PROPERTIES
        IMPORTED_LOCATION "${CMAKE_BINARY_DIR}/lib/${name}"
        INTERFACE_INCLUDE_DIRECTORIES "${include};${include}/glib-2.0")

    string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" version "${name}")
    set(THUMBNAILER_LIBVIPS_ORIGIN prebuilt PARENT_SCOPE)
    set(THUMBNAILER_LIBVIPS_VERSION "${version}" PARENT_SCOPE)
    set(THUMBNAILER_LIBVIPS_RUNTIME "${CMAKE_BINARY_DIR}/lib/${name}" PARENT_SCOPE)
    install(FILES "${CMAKE_BINARY_DIR}/lib/${name}" DESTINATION lib COMPONENT port)
endfunction()

# Defines thumbnailer::vips from the system's package. Sets `problem` if it is missing or too old.
function(thumbnailer_use_system problem)
    find_package(PkgConfig QUIET)
    if(NOT PkgConfig_FOUND)
        set(${problem} "there is no pkg-config to find it with" PARENT_SCOPE)
        return()
    endif()
    pkg_check_modules(THUMBNAILER_VIPS QUIET IMPORTED_TARGET GLOBAL
        vips-cpp>=${THUMBNAILER_LIBVIPS_MINIMUM})
    if(NOT THUMBNAILER_VIPS_FOUND)
        set(${problem} "pkg-config knows no vips-cpp >= ${THUMBNAILER_LIBVIPS_MINIMUM} (on Debian: libvips-dev)"
            PARENT_SCOPE)
        return()
    endif()
    set(${problem} "" PARENT_SCOPE)
    add_library(thumbnailer::vips ALIAS PkgConfig::THUMBNAILER_VIPS)
    set(THUMBNAILER_LIBVIPS_ORIGIN system PARENT_SCOPE)
    set(THUMBNAILER_LIBVIPS_VERSION "${THUMBNAILER_VIPS_VERSION}" PARENT_SCOPE)
    set(THUMBNAILER_LIBVIPS_RUNTIME "" PARENT_SCOPE)
endfunction()

set(prebuilt_problem "not asked for")
if(NOT THUMBNAILER_LIBVIPS STREQUAL system)
    thumbnailer_fetch_libvips(prebuilt_problem)
    if(prebuilt_problem STREQUAL "")
        thumbnailer_use_prebuilt()
    endif()
    if(THUMBNAILER_LIBVIPS STREQUAL prebuilt AND NOT prebuilt_problem STREQUAL "")
        message(FATAL_ERROR "No prebuilt libvips: ${prebuilt_problem}.")
    endif()
endif()
if(NOT TARGET thumbnailer::vips)
    thumbnailer_use_system(system_problem)
    if(NOT system_problem STREQUAL "")
        message(FATAL_ERROR "No libvips. Prebuilt: ${prebuilt_problem}. System: ${system_problem}.")
    endif()
endif()

if(THUMBNAILER_LIBVIPS_ORIGIN STREQUAL prebuilt)
    set(reason "pinned in port/libvips")
    # Use the same rpath in the build tree: CMake's own build rpath ends in an empty entry, which means the working directory
    # to the dynamic linker.
    set(CMAKE_INSTALL_RPATH "$<IF:$<PLATFORM_ID:Darwin>,@loader_path,$ORIGIN>/lib")
    set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
else()
    set(reason "prebuilt: ${prebuilt_problem}")
endif()
message(STATUS "libvips ${THUMBNAILER_LIBVIPS_VERSION}, ${THUMBNAILER_LIBVIPS_ORIGIN} "
    "(THUMBNAILER_LIBVIPS=${THUMBNAILER_LIBVIPS}; ${reason})")
# All executables are beside lib/, whichever folder defines them.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
